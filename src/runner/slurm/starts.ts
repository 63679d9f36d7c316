/**
 * The starts of an attempt. Slurm starts a job again after a failed node or a time limit, and the processes of the old
 * start may live on. Each start therefore has a folder of its own, `job/starts/<number>/`, with its own outputs and
 * checkpoint. The newest start holds the lease of the attempt: an older one that sees a newer folder ends its stage.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../util/digest.ts';
import type { Failure } from '../../formats/failure.ts';
import type { Execution } from '../../formats/run-record.ts';
import { makeFolder, writeFileAtomic } from '../../util/atomic-file.ts';
import type { TaskEnd } from '../execution/executor.ts';

/** `started.json`: the facts at the start. */
export interface Started {
  /** Slurm's number of the job. */
  readonly job: string;
  readonly submission: string;
  readonly node: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Seconds that earlier starts of the attempt ran. */
  readonly secondsBefore: number;
  readonly resumes: number;
  /** The state of the checkpoint, see `checkpointState`. */
  readonly checkpoint: string;
  /** Starts in a row, before this one, that reached their time limit without a newer checkpoint. */
  readonly fruitless: number;
}

/** `end.json`, which lists the outputs: a reader on another host compares before it relies on them. */
export type StartEnd =
  | {
      readonly kind: 'ended';
      readonly end: TaskEnd;
      readonly outputs: readonly ListedFile[];
      readonly seconds: number;
      readonly execution: Partial<Execution>;
    }
  | { readonly kind: 'timeout'; readonly seconds: number }
  /** `requeued`: Slurm has promised to start the job again. */
  | { readonly kind: 'time-limit'; readonly seconds: number; readonly requeued: boolean; readonly message?: string }
  /** Too many starts in a row reached their time limit without a newer checkpoint. */
  | { readonly kind: 'fruitless'; readonly seconds: number; readonly starts: number }
  /** It was asked to end: cancelled or preempted. The queue knows which. */
  | { readonly kind: 'stopped'; readonly seconds: number }
  /** The stage could not be started. */
  | { readonly kind: 'broken'; readonly seconds: number; readonly failure: Failure };

/** True if the stage was killed, by whomever. */
export const isKill = (end: StartEnd): boolean =>
  end.kind === 'ended' &&
  ((end.end.kind === 'signal' && end.end.signal === 'SIGKILL') || (end.end.kind === 'exit' && end.end.code === 137));

export interface ListedFile {
  /** Relative to the folder of outputs. */
  readonly name: string;
  readonly bytes: number;
  readonly digest: Digest;
  /** Absent for most. */
  readonly executable?: true;
}

export const outputsOf = (start: string): string => path.join(start, 'outputs');
export const checkpointOf = (start: string): string => path.join(start, 'checkpoint');
export const messagesOf = (start: string): string => path.join(start, 'messages.jsonl');

export const startPath = (attempt: string, number: number): string => path.join(attempt, 'starts', String(number));

/** 0 before the first. Opens the folder: a network file system may remember that a name was absent. */
export function newestStart(attempt: string): number {
  let names: string[];
  try {
    names = readdirSync(path.join(attempt, 'starts'));
  } catch {
    return 0;
  }
  return Math.max(0, ...names.map(Number).filter(Number.isInteger));
}

/** Takes the next number. Exactly one of several processes gets it. */
export function takeStart(attempt: string): number {
  makeFolder(path.join(attempt, 'starts'));
  for (;;) {
    const number = newestStart(attempt) + 1;
    try {
      mkdirSync(startPath(attempt, number));
      return number;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

export const writeStarted = (start: string, started: Started): Promise<void> =>
  writeFileAtomic(path.join(start, 'started.json'), JSON.stringify(started));

export const readStarted = (start: string): Started | undefined =>
  readJson(path.join(start, 'started.json')) as Started | undefined;

export const writeEnd = (start: string, end: StartEnd): Promise<void> =>
  writeFileAtomic(path.join(start, 'end.json'), JSON.stringify(end));

/** Undefined while it runs, and after a start that was killed. */
export function readEnd(start: string): StartEnd | undefined {
  try {
    readdirSync(start); // see newestStart
  } catch {
    return undefined;
  }
  return readJson(path.join(start, 'end.json')) as StartEnd | undefined;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
