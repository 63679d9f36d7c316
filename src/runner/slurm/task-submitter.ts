/** Gives attempts to the cluster. Those that become ready one after the other are submitted together. */
import path from 'node:path';
import type { Instance } from '../pipeline.ts';
import type { Amounts } from '../resources/slots.ts';
import { assignAttempt } from './attempt-submission.ts';
import type { NotSubmitted } from './insistent-sbatch.ts';
import { jobName, newSubmissionId } from './job-name.ts';
import { attemptFolder } from './order-file.ts';
import { clusterWords } from './queue.ts';
import { writeSubmission, type Submission, type SubmittedTask } from './submission-file.ts';

export interface SubmissionRequest {
  readonly stage: string;
  readonly task: SubmittedTask;
  readonly amounts: Amounts;
  /** Names of variables. */
  readonly secrets: readonly string[];
  /** Aborts as long as it was not submitted. */
  readonly signal: AbortSignal;
}

export type SubmissionResult =
  { readonly kind: 'submitted'; readonly submission: Submission; readonly index: number } | NotSubmitted;

export interface TaskSubmitter {
  /** The instances that will come. */
  expect(planned: readonly Pick<Instance, 'resources' | 'secrets'>[]): void;
  submit(request: SubmissionRequest): Promise<SubmissionResult>;
  /** The job that carried a submission out is over: nothing more is given to it. */
  isOver(submission: Submission): void;
  /** Nothing more is submitted by this run. */
  close(): Promise<void>;
}

/** A request that waits for its answer. */
export interface Waiting {
  readonly request: SubmissionRequest;
  readonly resolve: (result: SubmissionResult) => void;
}

/** Instances become ready one after the other: so long nothing may come before they are submitted. */
const QUIET_MS = 150;
/** They are submitted after so long at the latest. */
const LONGEST_WAIT_MS = 3000;

export class RequestBatches {
  readonly #submitAll: (batch: readonly Waiting[]) => Promise<void>;
  #waiting: Waiting[] = [];
  #flush: NodeJS.Timeout | undefined;
  #firstAt = 0;

  constructor(submitAll: (batch: readonly Waiting[]) => Promise<void>) {
    this.#submitAll = submitAll;
  }

  add(request: SubmissionRequest): Promise<SubmissionResult> {
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) this.#firstAt = Date.now();
      this.#waiting.push({ request, resolve });
      clearTimeout(this.#flush);
      const pause = Math.max(0, Math.min(QUIET_MS, this.#firstAt + LONGEST_WAIT_MS - Date.now()));
      this.#flush = setTimeout(() => {
        const batch = this.#waiting;
        this.#waiting = [];
        void this.#submitAll(batch);
      }, pause);
    });
  }
}

/** Those that are still wanted. The others get their answer. */
export function wanted(batch: readonly Waiting[]): Waiting[] {
  return batch.filter(({ request, resolve }) => {
    if (request.signal.aborted) resolve({ kind: 'aborted' });
    return !request.signal.aborted;
  });
}

/** The files of a submission are there before Slurm is called: a runner that dies now leaves a job that is known. */
export async function prepareSubmission(
  storeFolder: string,
  members: readonly Waiting[],
  words: readonly string[],
  allocation?: string,
): Promise<Submission> {
  const id = newSubmissionId();
  const tasks = members.map(({ request }) => request.task);
  const submission: Submission = {
    ...{ format: 1, id, name: jobName(id), tasks, words },
    ...(allocation !== undefined && { allocation }),
    clusters: clusterWords(words),
    time: new Date().toISOString(),
  };
  await writeSubmission(storeFolder, submission);
  for (const { sandbox } of tasks) assignAttempt(attemptFolder(path.join(storeFolder, 'work', sandbox)), id);
  return submission;
}
