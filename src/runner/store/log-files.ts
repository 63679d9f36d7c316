/**
 * The paths of an instance's logs: `logs/<instance>/<time>-<work folder>-<attempt>.log`, so that names sort by time.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { InstanceId } from '../../formats/identity.ts';
import { instanceFolderName } from './instance-folder-name.ts';

export function newLogFile(
  storeFolder: string,
  id: InstanceId,
  started: string,
  work: string,
  attempt: number,
): string {
  const folder = logFolder(storeFolder, id);
  mkdirSync(folder, { recursive: true });
  return path.join(folder, `${started.replaceAll(/[-:.]/g, '')}-${work}-${attempt}.log`);
}

/** Absolute paths, oldest first. */
export function findLogFiles(storeFolder: string, id: InstanceId): string[] {
  const folder = logFolder(storeFolder, id);
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => path.join(folder, name));
  } catch {
    return []; // it never ran
  }
}

function logFolder(storeFolder: string, id: InstanceId): string {
  return path.join(storeFolder, 'logs', instanceFolderName(id));
}
