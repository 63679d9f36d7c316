/** Begins a start of an attempt: its number, its folder, its copy of the newest checkpoint. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { writeScratch } from '../../../util/atomic-file.ts';
import { removeTree } from '../../../util/remove-tree.ts';
import { belongsTo } from '../attempt-submission.ts';
import { checkpointState, copyCheckpoint } from '../checkpoint-state.ts';
import { isFruitless } from '../fruitless.ts';
import type { Order } from '../order-file.ts';
import {
  checkpointOf,
  messagesOf,
  newestStart,
  readEnd,
  readStarted,
  startPath,
  takeStart,
  writeStarted,
  type Started,
} from '../starts.ts';
import type { Job } from './job.ts';

const RESUMES = '.resumes';

/**
 * True if another job has the attempt: the attempt was submitted again or revoked since, or sbatch was called twice
 * because its first answer was lost.
 */
export function isForeign(attempt: string, submission: string, job: string): boolean {
  if (!belongsTo(attempt, submission)) return true;
  const newest = newestStart(attempt);
  const started = newest === 0 ? undefined : readStarted(startPath(attempt, newest));
  return started?.submission === submission && started.job !== job;
}

export async function beginStart(
  { sandbox }: Order,
  attempt: string,
  submission: string,
  job: Job,
): Promise<{ readonly number: number; readonly started: Started }> {
  const number = takeStart(attempt);
  const start = startPath(attempt, number);
  const before = number === 1 ? undefined : startPath(attempt, number - 1);
  const checkpoint = checkpointOf(start);
  copyCheckpoint(before === undefined ? sandbox.checkpoint : checkpointOf(before), checkpoint);
  if (number > 2) removeTree(checkpointOf(startPath(attempt, number - 2)));
  const state = checkpointState(checkpoint);
  const earlier = before === undefined ? undefined : readStarted(before);
  const resumed = before !== undefined && state !== '';
  const resumes = (earlier?.resumes ?? sandbox.resumes) + (resumed ? 1 : 0);
  if (resumed) writeScratch(path.join(checkpoint, RESUMES), String(resumes));
  const started: Started = {
    job: job.id,
    submission,
    node: job.node,
    time: new Date().toISOString(),
    secondsBefore: (earlier?.secondsBefore ?? 0) + (before === undefined ? 0 : secondsOf(before)),
    resumes,
    checkpoint: state,
    fruitless: before === undefined || earlier === undefined ? 0 : fruitlessBefore(before, earlier),
  };
  await writeStarted(start, started);
  return { number, started };
}

/** Preemption and failed nodes do not count. */
function fruitlessBefore(start: string, started: Started): number {
  if (readEnd(start)?.kind !== 'time-limit') return 0;
  return isFruitless(start, started) ? started.fruitless + 1 : 0;
}

/** A start that was killed has no end: its last message tells how long it lived. */
function secondsOf(start: string): number {
  const end = readEnd(start);
  if (end !== undefined) return end.seconds;
  const began = Date.parse(readStarted(start)?.time ?? '');
  const last = statSync(messagesOf(start), { throwIfNoEntry: false })?.mtimeMs ?? began;
  return Number.isNaN(began) ? 0 : Math.max(0, (last - began) / 1000);
}
