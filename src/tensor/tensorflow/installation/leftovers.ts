/** What installations and removals leave that were killed: folders beside the engines, whose names say which process made them. */
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { processStatus } from '../../../util/process-status.ts';
import { enginesFolder } from './place.ts';

/** Where this process works, until the whole can be renamed: beside the final place, so that it is on the same disk. */
export const workFolder = (doing: 'adding' | 'removing'): string =>
  path.join(enginesFolder(), `.${doing}-${process.pid}-${processStatus(process.pid)!.started}`);

const WORK = /^\.(?:adding|removing)-(?<pid>\d+)(?:-(?<started>\d+))?$/;

/** Absolute paths of what nobody works on any more. */
export function leftovers(): string[] {
  const folder = enginesFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(isLeftover)
    .map((name) => path.join(folder, name));
}

/** Tries again where a compiler that outlived its installation still writes. */
export async function removeLeftovers(): Promise<void> {
  for (const folder of leftovers()) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Numbers of processes are used again, therefore the time of the start. */
function isLeftover(name: string): boolean {
  const owner = WORK.exec(name)?.groups;
  return owner !== undefined && processStatus(Number(owner.pid))?.started !== owner.started;
}
