/**
 * The series of an execution at work: `metrics/<fingerprint>.jsonl` in the store, one line for each value that the
 * stage reports. Lines are only appended. A killed runner may leave the last line cut, and readers skip it. The file
 * outlives an attempt that did not succeed, because the next one continues from its checkpoint.
 */
import { fstatSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Json } from '../../util/json.ts';
import { isSystemError } from '../../util/system-error.ts';
import { AppendedFile, openInFolder } from './appended-file.ts';

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

/** Empty if nothing was reported, or if it cannot be read: a run does not end for a series. */
export function seriesText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return '';
  }
}

/** Nothing is flushed: after a power cut, the stage repeats the steps since its checkpoint anyway. */
export class SeriesWriter implements MetricSink {
  readonly #file: string;
  readonly #warn: (message: string) => void;
  #appended: AppendedFile | undefined;
  #session: Session | undefined;

  /** @param warn called once if the file cannot be written; the stage goes on without it */
  constructor(file: string, warn: (message: string) => void) {
    this.#file = file;
    this.#warn = warn;
  }

  /** The file is made with the first value. */
  begin(session: Session): void {
    this.#session = session;
    if (!session.resumed && this.#appended === undefined) rmSync(this.#file, { force: true, recursive: true });
    this.#appended ??= new AppendedFile(
      () => openForAppending(this.#file),
      ({ message }) => {
        this.#warn(`the series of its metrics is not kept: ${message}`);
      },
    );
  }

  add(point: MetricPoint): void {
    if (this.#session !== undefined) this.#append(this.#session);
    this.#session = undefined;
    this.#append(point);
  }

  close(): void {
    this.#appended?.close();
  }

  #append(line: Session | MetricPoint): void {
    this.#appended?.append(Buffer.from(`${JSON.stringify(line)}\n`));
  }
}

/** A line that was cut is ended first, so that it spoils no other. */
function openForAppending(file: string): number {
  const descriptor = openInFolder(file, 'a+');
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  if (size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a) writeSync(descriptor, '\n');
  return descriptor;
}
