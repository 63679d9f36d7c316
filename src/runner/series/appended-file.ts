/**
 * A file that only grows. Pieces wait for the end of the current turn of the event loop, so that all messages of one
 * read of a channel cost one write. Nothing is flushed to the disk.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { isSystemError, type SystemError } from '../../util/system-error.ts';

export class AppendedFile {
  readonly #open: () => number;
  readonly #fail: (error: SystemError) => void;
  #descriptor: number | undefined;
  #pieces: Uint8Array[] = [];
  #waiting: NodeJS.Immediate | undefined;
  #isBroken = false;

  /**
   * @param open called before the first write; returns a descriptor
   * @param fail called once if the file cannot be written; later pieces are dropped
   */
  constructor(open: () => number, fail: (error: SystemError) => void) {
    this.#open = open;
    this.#fail = fail;
  }

  append(piece: Uint8Array): void {
    if (this.#isBroken) return;
    this.#pieces.push(piece);
    this.#waiting ??= setImmediate(() => {
      this.write();
    });
  }

  /** Writes the pieces that wait. */
  write(): void {
    clearImmediate(this.#waiting);
    this.#waiting = undefined;
    if (this.#pieces.length === 0 || this.#isBroken) return;
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    try {
      this.#descriptor ??= this.#open();
      writeAll(this.#descriptor, bytes);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#isBroken = true;
      this.#fail(error);
    }
  }

  close(): void {
    this.write();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** Opens a file, and makes its folder before. `flags` as in open(2) of Node: `a+`, `ax`. */
export function openInFolder(file: string, flags: string): number {
  mkdirSync(path.dirname(file), { recursive: true });
  return openSync(file, flags);
}

/** A nearly full disk takes a part of what it is given. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}
