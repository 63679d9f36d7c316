/**
 * Submissions: `slurm/<id>.json` in the store says which instance each member of an array is. It is written before
 * sbatch is called, so that a job is known even if its runner dies before sbatch answers.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import { makeFolder, writeFileAtomic } from '../../util/atomic-file.ts';
import { namesIfThere } from '../../util/if-there.ts';

export interface Submission {
  readonly format: 1;
  readonly id: string;
  /** The name of the job. */
  readonly name: string;
  /** A single task is a job, several are the members of an array from 0; inside of an allocation each is a step. */
  readonly tasks: readonly SubmittedTask[];
  /** The allocation whose job carries the tasks out, see allocation/allocation-folder.ts; absent: they are jobs. */
  readonly allocation?: string;
  /** Words for later questions about these jobs, see `clusterWords`. */
  readonly clusters: readonly string[];
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The options of sbatch. */
  readonly words: readonly string[];
}

export interface SubmittedTask {
  /** Name of the sandbox below `work/`. */
  readonly sandbox: string;
  readonly instance: InstanceId;
  readonly fingerprint: Fingerprint;
  readonly attempt: number;
}

const folderOf = (storeFolder: string): string => path.join(storeFolder, 'slurm');

export const submissionPath = (storeFolder: string, id: string): string =>
  path.join(folderOf(storeFolder), `${id}.json`);

/** What Slurm itself and a job without its program print. */
export const jobOutputPath = (storeFolder: string, id: string, index: number | undefined): string =>
  path.join(folderOf(storeFolder), `${id}${index === undefined ? '' : `-${index}`}.out`);

export async function writeSubmission(storeFolder: string, submission: Submission): Promise<void> {
  makeFolder(folderOf(storeFolder));
  await writeFileAtomic(submissionPath(storeFolder, submission.id), JSON.stringify(submission));
}

/** Undefined if there is none, or none that can be read. */
export function readSubmission(file: string): Submission | undefined {
  try {
    const submission = JSON.parse(readFileSync(file, 'utf8')) as Submission;
    return (submission.format as number) === 1 ? submission : undefined;
  } catch {
    return undefined;
  }
}

export function readSubmissions(storeFolder: string): Submission[] {
  return namesIfThere(folderOf(storeFolder)).flatMap((name) => {
    if (!/^[0-9a-f]{10}\.json$/.test(name)) return [];
    const submission = readSubmission(path.join(folderOf(storeFolder), name));
    return submission === undefined ? [] : [submission];
  });
}

/** The output of the job of a task. */
export const outputOfTask = (storeFolder: string, { id, tasks, allocation }: Submission, index: number): string =>
  jobOutputPath(storeFolder, allocation ?? id, allocation === undefined && tasks.length > 1 ? index : undefined);

/** Removes a submission of which nothing is left, with the output of its jobs. */
export function removeSubmission(storeFolder: string, { id, tasks }: Submission): void {
  rmSync(submissionPath(storeFolder, id), { force: true });
  rmSync(jobOutputPath(storeFolder, id, undefined), { force: true });
  for (const index of tasks.keys()) rmSync(jobOutputPath(storeFolder, id, index), { force: true });
}
