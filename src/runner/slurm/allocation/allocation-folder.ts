/**
 * The folder of an allocation, `slurm/allocation-<id>/` in the store. Runners put tasks into it, and the program of the
 * allocation takes them from there (job/allocation-run.ts):
 *
 *     allocation.json   what was asked of Slurm
 *     tasks/<task>      an empty file for each task that is not concluded
 *     starts/<n>/       one for each start of the program: only the newest may begin tasks
 *     no-more           the runner has ended, so that the program need not wait for tasks
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, writeFileAtomic } from '../../../util/atomic-file.ts';
import { namesIfThere } from '../../../util/if-there.ts';
import { removeTree } from '../../../util/remove-tree.ts';
import { isSystemError } from '../../../util/system-error.ts';
import { jobOutputPath, type Submission } from '../submission-file.ts';
import type { AllocationSize } from './allocation-size.ts';

export interface Allocation {
  readonly format: 1;
  readonly id: string;
  /** The name of its job. */
  readonly name: string;
  readonly size: AllocationSize;
  /** Seconds before the time limit at which Slurm asks it to end. */
  readonly graceSeconds: number;
  readonly clusters: readonly string[];
  /** The options of sbatch, without those that name the job. */
  readonly words: readonly string[];
}

export const allocationPath = (storeFolder: string, id: string): string =>
  path.join(storeFolder, 'slurm', `allocation-${id}`);

const tasksOf = (folder: string): string => path.join(folder, 'tasks');

export async function writeAllocation(storeFolder: string, allocation: Allocation): Promise<void> {
  const folder = allocationPath(storeFolder, allocation.id);
  makeFolder(tasksOf(folder));
  await writeFileAtomic(path.join(folder, 'allocation.json'), JSON.stringify(allocation));
}

/** Undefined if there is none that can be read. */
export function readAllocation(folder: string): Allocation | undefined {
  try {
    const allocation = JSON.parse(readFileSync(path.join(folder, 'allocation.json'), 'utf8')) as Allocation;
    return (allocation.format as number) === 1 ? allocation : undefined;
  } catch {
    return undefined;
  }
}

export function readAllocations(storeFolder: string): Allocation[] {
  return namesIfThere(path.join(storeFolder, 'slurm')).flatMap((name) =>
    /^allocation-[0-9a-f]{10}$/.test(name) ? (readAllocation(path.join(storeFolder, 'slurm', name)) ?? []) : [],
  );
}

/** Also one whose program was killed at its very end. */
export function removeAllocation(storeFolder: string, id: string): void {
  const folder = allocationPath(storeFolder, id);
  for (const each of [folder, closedPath(folder)]) removeTree(each);
  rmSync(jobOutputPath(storeFolder, id, undefined), { force: true });
}

/** A member of a submission. */
export const taskName = (submission: string, index: number): string => `${submission}-${index}`;

export function parseTaskName(name: string): { readonly submission: string; readonly index: number } | undefined {
  const [, submission, index] = /^([0-9a-f]{10})-(\d+)$/.exec(name) ?? [];
  return submission === undefined ? undefined : { submission, index: Number(index) };
}

/** False if the allocation is over. */
export function addTask(storeFolder: string, id: string, task: string): boolean {
  const folder = allocationPath(storeFolder, id);
  try {
    writeFileSync(path.join(tasksOf(folder), task), '');
    return true;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** In the order of their names. Opens the folder, which a network file system needs. */
export const tasksIn = (folder: string): string[] => namesIfThere(tasksOf(folder)).sort();

export const removeTask = (folder: string, task: string): void => {
  rmSync(path.join(tasksOf(folder), task), { force: true });
};

/** True as long as a task of an allocation is not concluded. */
export const isTaskOpen = (storeFolder: string, { allocation, id }: Submission, index: number): boolean =>
  allocation !== undefined &&
  existsSync(path.join(tasksOf(allocationPath(storeFolder, allocation)), taskName(id, index)));

const noMorePath = (folder: string): string => path.join(folder, 'no-more');

/** Nothing comes from this runner any more. */
export function sayNoMore(folder: string): void {
  try {
    writeFileSync(noMorePath(folder), '');
  } catch (error) {
    if (!(isSystemError(error) && error.code === 'ENOENT')) throw error; // it is over already
  }
}

export const takeBackNoMore = (folder: string): void => {
  rmSync(noMorePath(folder), { force: true });
};

export const isNoMore = (folder: string): boolean => namesIfThere(folder).includes('no-more');

const closedPath = (folder: string): string => `${folder}.over`;

/** Ends it, so that no task can be added. False if one came in the last moment: then it goes on. */
export function closeAllocation(storeFolder: string, id: string): boolean {
  const folder = allocationPath(storeFolder, id);
  const closed = closedPath(folder);
  renameSync(folder, closed);
  if (tasksIn(closed).length > 0) {
    renameSync(closed, folder);
    return false;
  }
  removeAllocation(storeFolder, id);
  return true;
}
