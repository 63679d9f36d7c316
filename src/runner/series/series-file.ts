/**
 * The series of an execution at work: `metrics/<fingerprint>.jsonl` in the store, one line for each value that the stage
 * reports. Lines are only appended. A killed runner may leave the last line cut, and readers skip it. The file outlives
 * an attempt that did not succeed, because the next one continues from its checkpoint.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Json } from '../../util/json.ts';
import { isSystemError, type SystemError } from '../../util/system-error.ts';

/** A value that a stage reported. */
export interface MetricPoint {
  readonly name: string;
  readonly value: Json;
  readonly step?: number;
  /** Milliseconds since 1970, by the clock of the stage. */
  readonly time: number;
}

/** The line before the points of an attempt, or of a job that began again. */
export interface Session {
  /** ISO 8601, UTC. */
  readonly session: string;
  readonly attempt: number;
  /** It continues from a checkpoint, so the points before it still count. */
  readonly resumed: boolean;
}

/** Receives the values of an attempt as they are reported. */
export interface MetricSink {
  begin(session: Session): void;
  add(point: MetricPoint): void;
  /** Nothing comes after it. */
  close(): void;
}

export const SERIES_FOLDER = 'metrics';

/** Absolute if the store's folder is. */
export function seriesFile(storeFolder: string, fingerprint: string): string {
  return path.join(storeFolder, SERIES_FOLDER, `${fingerprint}.jsonl`);
}

/**
 * Lines wait for the end of the current turn of the event loop, so that all messages of one read of the channel cost one
 * write. Nothing is flushed to the disk: after a power cut, the stage repeats the steps since its checkpoint anyway.
 */
export class SeriesWriter implements MetricSink {
  readonly #file: string;
  readonly #warn: (message: string) => void;
  #descriptor: number | undefined;
  #session: Session | undefined;
  #lines: string[] = [];
  #waiting: NodeJS.Immediate | undefined;
  #broken = false;

  /** @param warn called once if the file cannot be written; the stage goes on without it */
  constructor(file: string, warn: (message: string) => void) {
    this.#file = file;
    this.#warn = warn;
  }

  begin(session: Session): void {
    this.#write();
    this.#session = session;
    if (session.resumed || this.#descriptor !== undefined) return;
    this.#try(() => {
      rmSync(this.#file, { force: true });
    });
  }

  add(point: MetricPoint): void {
    if (this.#broken) return;
    if (this.#session !== undefined) this.#lines.push(JSON.stringify(this.#session));
    this.#session = undefined;
    this.#lines.push(JSON.stringify(point));
    this.#waiting ??= setImmediate(() => {
      this.#write();
    });
  }

  close(): void {
    this.#write();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #write(): void {
    clearImmediate(this.#waiting);
    this.#waiting = undefined;
    if (this.#lines.length === 0 || this.#broken) return;
    const text = `${this.#lines.join('\n')}\n`;
    this.#lines = [];
    this.#try(() => {
      this.#descriptor ??= openForAppending(this.#file);
      writeSync(this.#descriptor, text);
    });
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#broken = true;
      this.#warn(notKept(error));
    }
  }
}

const notKept = ({ message }: SystemError): string => `the series of its metrics is not kept: ${message}`;

/** A line that was cut is ended first, so that it spoils no other. */
function openForAppending(file: string): number {
  mkdirSync(path.dirname(file), { recursive: true });
  const descriptor = openSync(file, 'a+');
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  if (size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a) writeSync(descriptor, '\n');
  return descriptor;
}
