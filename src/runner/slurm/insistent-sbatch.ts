/** Submits one job, for as long as it takes until Slurm gives a clear answer. */
import { sleep } from '../execution/sleep.ts';
import type { SlurmCommands } from './commands.ts';
import { failureOfRefusal, isLimit, type JobFailure } from './failures.ts';
import { askQueue, type Queue } from './queue.ts';

export interface NewJob {
  /** Unique: after an unclear answer the queue is asked for it. */
  readonly name: string;
  /** Words that choose clusters, for the questions. */
  readonly clusters: readonly string[];
  /** The options of sbatch. */
  readonly words: readonly string[];
  readonly script: string;
  /** In messages. */
  readonly subject: string;
}

export interface SbatchDeps {
  readonly commands: SlurmCommands;
  readonly tell: (sentence: string) => void;
  /** Between two calls of sbatch that were not answered: the first pause. */
  readonly pauseMs: number;
}

export type NotSubmitted = { readonly kind: 'refused'; readonly failure: JobFailure } | { readonly kind: 'aborted' };

const LONGEST_PAUSE_MS = 60_000;

/** Undefined: it was accepted. After an unclear answer the queue is asked for the name before the next call. */
export async function submitInsistently(
  job: NewJob,
  { commands, tell, pauseMs }: SbatchDeps,
  signal: AbortSignal,
): Promise<NotSubmitted | undefined> {
  for (let pause = pauseMs, told = false; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
    const answer = await commands.call('sbatch', job.words, job.script);
    if (answer.kind === 'answer') return undefined;
    const isRefused = answer.kind === 'refused' && !isLimit(answer.message);
    if (isRefused) return { kind: 'refused', failure: failureOfRefusal(answer.message) };
    if (!told) tell(`${job.subject} is not submitted yet: ${answer.message}. It is tried again.`);
    told = true;
    await sleep(pause, signal);
    // A limit is a clear answer; after no answer the job may be there.
    if (answer.kind === 'unreachable' && (await isThere(job, { commands, pauseMs }, signal))) return undefined;
    if (signal.aborted) return { kind: 'aborted' };
  }
}

/** Waits until the queue answers. */
async function isThere(
  { name, clusters }: NewJob,
  { commands, pauseMs }: Omit<SbatchDeps, 'tell'>,
  signal: AbortSignal,
): Promise<boolean> {
  for (let pause = pauseMs; !signal.aborted; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
    const answer = await askQueue(commands, name, clusters);
    if (answer.kind === 'queue') return isIn(answer.queue, name);
    await sleep(pause, signal);
  }
  return false;
}

const isIn = (queue: Queue, name: string): boolean => [...queue.values()].some((entry) => entry.name === name);
