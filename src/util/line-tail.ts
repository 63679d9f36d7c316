/** Reads the lines of a file as another process appends them. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const CHUNK = 64 * 1024;

export class LineTail {
  readonly #file: string;
  #inode: number | undefined;
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * The lines that are complete since the last call. A file that is absent, or cannot be opened, has none yet. One that
   * was replaced is read from its beginning.
   */
  read(): string[] {
    let descriptor: number;
    try {
      descriptor = openSync(this.#file, 'r');
    } catch {
      return [];
    }
    try {
      this.#beginAnewIfReplaced(descriptor);
      const lines: string[] = [];
      const bytes = Buffer.alloc(CHUNK);
      for (let length; (length = readSync(descriptor, bytes, 0, CHUNK, this.#offset)) > 0; this.#offset += length)
        lines.push(...this.#take(bytes.subarray(0, length)));
      return lines;
    } finally {
      closeSync(descriptor);
    }
  }

  #beginAnewIfReplaced(descriptor: number): void {
    const { ino, size } = fstatSync(descriptor);
    if (ino !== this.#inode || size < this.#offset) {
      this.#offset = 0;
      this.#rest = Buffer.alloc(0);
    }
    this.#inode = ino;
  }

  /** A line may be written in the middle of a look. */
  #take(bytes: Buffer): string[] {
    const whole = Buffer.concat([this.#rest, bytes]);
    const end = whole.lastIndexOf(0x0a) + 1;
    this.#rest = whole.subarray(end);
    return whole
      .toString('utf8', 0, end)
      .split('\n')
      .filter((line) => line !== '');
  }
}
