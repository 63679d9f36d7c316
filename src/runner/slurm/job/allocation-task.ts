/** A task of an allocation, as its program sees it: by its files. */
import path from 'node:path';
import { parseTaskName } from '../allocation/allocation-folder.ts';
import { belongsTo } from '../attempt-submission.ts';
import { bytesText } from '../bytes-text.ts';
import { failureOfState } from '../failures.ts';
import { attemptFolder, readOrder, type Order } from '../order-file.ts';
import { isKill, newestStart, readEnd, startPath, takeStart, writeEnd, type StartEnd } from '../starts.ts';
import { readSubmission, submissionPath } from '../submission-file.ts';

export interface AllocationTask {
  readonly name: string;
  readonly order: Order;
  readonly attempt: string;
  readonly submission: string;
  readonly index: number;
}

/** Undefined if its attempt was concluded. */
export function readTask(storeFolder: string, name: string): AllocationTask | undefined {
  const parsed = parseTaskName(name);
  if (parsed === undefined) return undefined;
  const task = readSubmission(submissionPath(storeFolder, parsed.submission))?.tasks[parsed.index];
  const order = task && readOrder(path.join(storeFolder, 'work', task.sandbox));
  return order && { ...parsed, name, order, attempt: attemptFolder(order.sandbox.folder) };
}

/** True if nothing is left to do: it has its end, or was revoked, or is carried out elsewhere. */
export function isConcluded({ attempt, order, submission }: AllocationTask): boolean {
  if (readOrder(order.sandbox.folder) === undefined || !belongsTo(attempt, submission)) return true;
  const end = newestEnd(attempt);
  return end !== undefined && end.kind !== 'time-limit' && end.kind !== 'stopped';
}

function newestEnd(attempt: string): StartEnd | undefined {
  const newest = newestStart(attempt);
  return newest === 0 ? undefined : readEnd(startPath(attempt, newest));
}

/** The end of a step that left none, or one that Slurm's kill for memory explains. */
export interface StepVerdict {
  readonly state: 'OUT_OF_MEMORY' | 'FAILED';
  readonly job: string;
  readonly node: string;
  /** The last lines of srun. */
  readonly output: string;
}

export async function writeVerdict({ attempt, order }: AllocationTask, verdict: StepVerdict): Promise<void> {
  const start = startPath(attempt, newestStart(attempt) || takeStart(attempt));
  const { memory } = order.amounts;
  const asked = memory === undefined ? ' (it asks for none)' : ` (now ${bytesText(memory)})`;
  const { seconds } = readEnd(start) ?? { seconds: 0 };
  await writeEnd(start, { kind: 'broken', seconds, failure: failureOfState({ ...verdict, asked }) });
}

/** True if the stage of the newest start was killed, by whomever. */
export function wasKilled({ attempt }: AllocationTask): boolean {
  const end = newestEnd(attempt);
  return end !== undefined && isKill(end);
}
