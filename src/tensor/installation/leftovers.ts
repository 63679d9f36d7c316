/**
 * Leftovers of killed installations and removals: folders beside the engines, named after the process that made them.
 */
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { processStatus } from '../../util/process-status.ts';
import { enginesFolder } from './engines-folder.ts';
import type { AddedEngine } from './part.ts';

/**
 * The folder in which this process works until it renames the whole: beside the final place, so that it is on the same
 * disk.
 */
export const workFolder = (doing: 'adding' | 'removing', engine: AddedEngine): string =>
  path.join(enginesFolder(), `.${doing}-${engine}-${process.pid}-${processStatus(process.pid)?.started ?? ''}`);

const WORK = /^\.(?:adding|removing)-(?<engine>tensorflow|xla)-(?<pid>\d+)(?:-(?<started>\d+))?$/;

/** Absolute paths of leftovers without a running process, of one engine or of all. */
export function leftovers(engine?: AddedEngine): string[] {
  const folder = enginesFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => isLeftover(name, engine))
    .map((name) => path.join(folder, name));
}

/** Tries again while a compiler that outlived its installation still writes. */
export async function removeLeftovers(): Promise<void> {
  for (const folder of leftovers()) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Numbers of processes are used again, therefore the time of the start. */
function isLeftover(name: string, engine: AddedEngine | undefined): boolean {
  const owner = WORK.exec(name)?.groups;
  if (owner === undefined || (engine !== undefined && owner.engine !== engine)) return false;
  return processStatus(Number(owner.pid))?.started !== owner.started;
}
