/**
 * Leftovers of killed installations and removals: folders beside the engines, named after the process that made them.
 */
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { processStatus } from '../../util/process-status.ts';
import { enginesFolder } from './engines-folder.ts';

/**
 * The folder in which this process works until it renames the whole: beside the final place, so that it is on the same
 * disk.
 */
export const workFolder = (doing: 'adding' | 'removing'): string =>
  path.join(enginesFolder(), `.${doing}-${process.pid}-${processStatus(process.pid)!.started}`);

const WORK = /^\.(?:adding|removing)-(?<pid>\d+)(?:-(?<started>\d+))?$/;

/** Absolute paths of leftovers without a running process. */
export function leftovers(): string[] {
  const folder = enginesFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(isLeftover)
    .map((name) => path.join(folder, name));
}

/** Tries again while a compiler that outlived its installation still writes. */
export async function removeLeftovers(): Promise<void> {
  for (const folder of leftovers()) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Numbers of processes are used again, therefore the time of the start. */
function isLeftover(name: string): boolean {
  const owner = WORK.exec(name)?.groups;
  return owner !== undefined && processStatus(Number(owner.pid))?.started !== owner.started;
}
