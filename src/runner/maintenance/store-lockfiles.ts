/**
 * The lockfiles that name results of a store. Several projects may share a store. A sweep that knew only its own
 * project would delete the results of the others. Paths are relative to the store, so that a project with its store in
 * it can be moved.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { digestOf } from '../../util/digest.ts';

/** Remembers a lockfile, once. Both are absolute. */
export function registerLockfile(storeFolder: string, lockFile: string): void {
  const name = path.relative(storeFolder, lockFile);
  const note = path.join(storeFolder, 'lockfiles', digestOf(name).slice(0, 16));
  if (existsSync(note)) return;
  mkdirSync(path.dirname(note), { recursive: true });
  writeFileSync(note, name);
}

export interface RegisteredLockfile {
  /** Absolute path of the lockfile, which need not be there any more. */
  readonly lockFile: string;
  /** False: the project was deleted, or it is on a disk that is not mounted here. */
  readonly folderIsThere: boolean;
  /** The file with this entry. A user who knows that the project is gone may delete it. */
  readonly note: string;
}

export function registeredLockfiles(storeFolder: string): RegisteredLockfile[] {
  const folder = path.join(storeFolder, 'lockfiles');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const note = path.join(folder, name);
      const lockFile = path.resolve(storeFolder, readFileSync(note, 'utf8'));
      return { lockFile, folderIsThere: existsSync(path.dirname(lockFile)), note };
    });
}
