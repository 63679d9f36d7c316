/**
 * Submits attempts as jobs. Those that are ready together and ask for the same become one array, so that a thousand
 * instances are a few calls of sbatch.
 */
import { shellWord } from '../../util/shell-word.ts';
import { submitInsistently, type SbatchDeps } from './insistent-sbatch.ts';
import { ownWords, sbatchWords } from './sbatch-words.ts';
import type { SlurmSettings } from './settings.ts';
import { jobOutputPath, submissionPath, type Submission } from './submission-file.ts';
import {
  prepareSubmission,
  RequestBatches,
  wanted,
  type SubmissionRequest,
  type SubmissionResult,
  type TaskSubmitter,
  type Waiting,
} from './task-submitter.ts';

export interface SubmitterDeps extends SbatchDeps {
  readonly storeFolder: string;
  readonly settings: SlurmSettings;
  /** The built src/runner/slurm/job/main.ts. */
  readonly jobProgram: string;
}

/** Slurm's own default of MaxArraySize is 1001, which allows 1,000 members. */
const DEFAULT_ARRAY_SIZE = 1000;

export class Submitter implements TaskSubmitter {
  readonly #deps: SubmitterDeps;
  readonly #batches = new RequestBatches((batch) => this.#submitAll(batch));
  #arraySize: Promise<number> | undefined;

  constructor(deps: SubmitterDeps) {
    this.#deps = deps;
  }

  expect(): void {
    // Each job asks for itself.
  }

  submit(request: SubmissionRequest): Promise<SubmissionResult> {
    return this.#batches.add(request);
  }

  isOver(): void {
    // Each submission is a job of its own.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #submitAll(batch: readonly Waiting[]): Promise<void> {
    const groups = new Map<string, { readonly words: readonly string[]; readonly members: Waiting[] }>();
    for (const each of batch) {
      const words = sbatchWords(each.request, this.#deps.settings);
      const key = JSON.stringify([each.request.stage, words]);
      const group = groups.get(key) ?? { words, members: [] };
      group.members.push(each);
      groups.set(key, group);
    }
    const size = batch.length > 1 ? await this.#maxArraySize() : 1;
    for (const { words, members } of groups.values())
      for (let i = 0; i < members.length; i += size) await this.#submitTogether(members.slice(i, i + size), words);
  }

  async #submitTogether(all: readonly Waiting[], words: readonly string[]): Promise<void> {
    const members = wanted(all);
    const [first] = members;
    if (first === undefined) return;
    const submission = await prepareSubmission(this.#deps.storeFolder, members, words);
    const { name, clusters } = submission;
    const job = { name, clusters, subject: namesOf(submission) };
    const texts = { words: this.#words(submission), script: this.#script(submission) };
    const refused = await submitInsistently({ ...job, ...texts }, this.#deps, first.request.signal);
    for (const [index, { resolve }] of members.entries()) resolve(refused ?? { kind: 'submitted', submission, index });
  }

  #words({ id, name, tasks, words }: Submission): string[] {
    const { storeFolder } = this.#deps;
    const isArray = tasks.length > 1;
    const output = isArray
      ? jobOutputPath(storeFolder, id, 0).replace(/-0\.out$/, '-%a.out')
      : jobOutputPath(storeFolder, id, undefined);
    const [first] = tasks;
    const comment = isArray
      ? { pretext: submissionPath(storeFolder, id) }
      : { pretext: first?.fingerprint.slice(0, 16), instance: first?.instance, attempt: first?.attempt };
    return [
      ...words,
      ...ownWords({ name, comment, output, folder: storeFolder }),
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

function namesOf({ tasks }: Submission): string {
  const [first] = tasks;
  return tasks.length === 1 ? (first?.instance ?? '') : `${first?.instance} and ${tasks.length - 1} more`;
}
