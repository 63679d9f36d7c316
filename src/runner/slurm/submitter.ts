/**
 * Submits attempts. Those that are ready together and ask for the same become one array, so that a thousand instances
 * are a few calls of sbatch.
 */
import path from 'node:path';
import { writeScratch } from '../../util/atomic-file.ts';
import { shellWord } from '../../util/shell-word.ts';
import { sleep } from '../execution/sleep.ts';
import type { SlurmCommands } from './commands.ts';
import { failureOfRefusal, isLimit, type JobFailure } from './failures.ts';
import { jobName, newSubmissionId } from './job-name.ts';
import { attemptFolder } from './order-file.ts';
import { askQueue, clusterWords, type Queue } from './queue.ts';
import {
  jobOutputPath,
  submissionPath,
  writeSubmission,
  type SubmittedTask,
  type Submission,
} from './submission-file.ts';

export interface SubmissionRequest {
  /** Only instances of one stage share an array. */
  readonly stage: string;
  readonly task: SubmittedTask;
  /** Options of sbatch. */
  readonly words: readonly string[];
  /** Aborts as long as it was not submitted. */
  readonly signal: AbortSignal;
}

export type SubmissionResult =
  | { readonly kind: 'submitted'; readonly submission: Submission; readonly index: number }
  | { readonly kind: 'refused'; readonly failure: JobFailure }
  | { readonly kind: 'aborted' };

export interface SubmitterDeps {
  readonly storeFolder: string;
  readonly commands: SlurmCommands;
  /** The built src/runner/slurm/job/main.ts. */
  readonly jobProgram: string;
  readonly tell: (sentence: string) => void;
  /** Between two calls of sbatch that were not answered: the first pause. */
  readonly pauseMs: number;
}

/** Instances become ready one after the other: so long nothing may come before an array is submitted. */
const QUIET_MS = 150;
/** An array is submitted after so long at the latest. */
const LONGEST_WAIT_MS = 3000;
/** Slurm's own default of MaxArraySize is 1001, which allows 1,000 members. */
const DEFAULT_ARRAY_SIZE = 1000;
const LONGEST_PAUSE_MS = 60_000;

interface Waiting {
  readonly request: SubmissionRequest;
  readonly resolve: (result: SubmissionResult) => void;
}

export class Submitter {
  readonly #deps: SubmitterDeps;
  #waiting: Waiting[] = [];
  #flush: NodeJS.Timeout | undefined;
  #firstAt = 0;
  #arraySize: Promise<number> | undefined;

  constructor(deps: SubmitterDeps) {
    this.#deps = deps;
  }

  submit(request: SubmissionRequest): Promise<SubmissionResult> {
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) this.#firstAt = Date.now();
      this.#waiting.push({ request, resolve });
      clearTimeout(this.#flush);
      const pause = Math.max(0, Math.min(QUIET_MS, this.#firstAt + LONGEST_WAIT_MS - Date.now()));
      this.#flush = setTimeout(() => {
        void this.#submitAll();
      }, pause);
    });
  }

  async #submitAll(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const groups = new Map<string, Waiting[]>();
    for (const each of waiting) {
      const key = JSON.stringify([each.request.stage, each.request.words]);
      groups.set(key, [...(groups.get(key) ?? []), each]);
    }
    const size = waiting.length > 1 ? await this.#maxArraySize() : 1;
    for (const group of groups.values())
      for (let i = 0; i < group.length; i += size) await this.#submitTogether(group.slice(i, i + size));
  }

  async #submitTogether(all: readonly Waiting[]): Promise<void> {
    const members = all.filter(({ request, resolve }) => {
      if (request.signal.aborted) resolve({ kind: 'aborted' });
      return !request.signal.aborted;
    });
    const [first] = members;
    if (first === undefined) return;
    const submission = await this.#prepare(members, first.request.words);
    const refused = await this.#callUntilAnswered(submission, members);
    for (const [index, { resolve }] of members.entries()) resolve(refused ?? { kind: 'submitted', submission, index });
  }

  /** The files are there before sbatch is called: a runner that dies now leaves a job that is known. */
  async #prepare(members: readonly Waiting[], words: readonly string[]): Promise<Submission> {
    const { storeFolder } = this.#deps;
    const id = newSubmissionId();
    const tasks = members.map(({ request }) => request.task);
    const submission: Submission = {
      ...{ format: 1, id, name: jobName(id), tasks, words },
      clusters: clusterWords(words),
      time: new Date().toISOString(),
    };
    await writeSubmission(storeFolder, submission);
    for (const { sandbox } of tasks)
      writeScratch(path.join(attemptFolder(path.join(storeFolder, 'work', sandbox)), 'submission'), id);
    return submission;
  }

  /** Undefined: it was accepted. After an unclear answer the queue is asked for the name before the next call. */
  async #callUntilAnswered(
    submission: Submission,
    members: readonly Waiting[],
  ): Promise<Exclude<SubmissionResult, { kind: 'submitted' }> | undefined> {
    const { commands, tell, pauseMs } = this.#deps;
    const { signal } = members[0]!.request;
    for (let pause = pauseMs, told = false; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
      const answer = await commands.call('sbatch', this.#words(submission), this.#script(submission));
      if (answer.kind === 'answer') return undefined;
      const isRefused = answer.kind === 'refused' && !isLimit(answer.message);
      if (isRefused) return { kind: 'refused', failure: failureOfRefusal(answer.message) };
      if (!told) tell(`${namesOf(submission)} is not submitted yet: ${answer.message}. It is tried again.`);
      told = true;
      await sleep(pause, signal);
      // A limit is a clear answer; after no answer the job may be there.
      if (answer.kind === 'unreachable' && (await this.#isThere(submission, signal))) return undefined;
      if (signal.aborted) return { kind: 'aborted' };
    }
  }

  /** Waits until the queue answers. */
  async #isThere({ name, clusters }: Submission, signal: AbortSignal): Promise<boolean> {
    for (let pause = this.#deps.pauseMs; !signal.aborted; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
      const answer = await askQueue(this.#deps.commands, name, clusters);
      if (answer.kind === 'queue') return isIn(answer.queue, name);
      await sleep(pause, signal);
    }
    return false;
  }

  #words({ id, name, tasks, words }: Submission): string[] {
    const isArray = tasks.length > 1;
    const output = isArray
      ? jobOutputPath(this.#deps.storeFolder, id, 0).replace(/-0\.out$/, '-%a.out')
      : jobOutputPath(this.#deps.storeFolder, id, undefined);
    const [first] = tasks;
    const comment = isArray
      ? { pretext: submissionPath(this.#deps.storeFolder, id) }
      : { pretext: first?.fingerprint.slice(0, 16), instance: first?.instance, attempt: first?.attempt };
    return [
      ...words,
      '--parsable',
      `--job-name=${name}`,
      `--comment=${JSON.stringify(comment)}`,
      `--output=${output}`,
      `--chdir=${this.#deps.storeFolder}`,
      ...(isArray ? [`--array=0-${tasks.length - 1}`] : []),
    ];
  }

  /** The shell becomes the program, so that the program gets Slurm's signals. */
  #script({ id }: Submission): string {
    const words = [process.execPath, this.#deps.jobProgram, submissionPath(this.#deps.storeFolder, id)];
    return `#!/bin/sh\nexec ${words.map(shellWord).join(' ')}\n`;
  }

  #maxArraySize(): Promise<number> {
    return (this.#arraySize ??= this.#deps.commands.call('scontrol', ['show', 'config']).then((answer) => {
      const found = answer.kind === 'answer' ? /^MaxArraySize\s*=\s*(\d+)/m.exec(answer.text)?.[1] : undefined;
      return found === undefined ? DEFAULT_ARRAY_SIZE : Math.max(1, Number(found) - 1);
    }));
  }
}

const isIn = (queue: Queue, name: string): boolean => [...queue.values()].some((entry) => entry.name === name);

function namesOf({ tasks }: Submission): string {
  const [first] = tasks;
  return tasks.length === 1 ? (first?.instance ?? '') : `${first?.instance} and ${tasks.length - 1} more`;
}
