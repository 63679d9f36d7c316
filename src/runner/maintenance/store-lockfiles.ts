/**
 * The lockfiles that name results of a store. Several projects may share a store. A sweep that knew only its own
 * project would delete the results of the others. Paths are relative to the store, so that a project with its store in
 * it can be moved.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, isTemporary, writeFileAtomic } from '../../util/atomic-file.ts';
import { digestOf } from '../../util/digest.ts';
import { namesIfThere, textIfThere } from '../../util/if-there.ts';

/** Remembers a lockfile, once, before its project relies on the store. Both are absolute. */
export async function registerLockfile(storeFolder: string, lockFile: string): Promise<void> {
  const name = path.relative(storeFolder, lockFile);
  const note = path.join(storeFolder, 'lockfiles', noteName(name));
  if (textIfThere(note) === name) return;
  makeFolder(path.dirname(note));
  await writeFileAtomic(note, name);
}

/** `note` is the file with the entry. A user who knows that the project is gone may delete it. */
export type RegisteredLockfile =
  /** The lockfile need not be there any more. Absolute. */
  { readonly kind: 'seen'; readonly lockFile: string; readonly note: string } | UnseenLockfile;

export type UnseenLockfile =
  /** The project was deleted, or it is on a disk that is not mounted here. */
  | { readonly kind: 'unseen'; readonly lockFile: string; readonly note: string }
  /** The note names no lockfile. The next run of its project writes it again. */
  | { readonly kind: 'damaged'; readonly note: string };

export function registeredLockfiles(storeFolder: string): RegisteredLockfile[] {
  const folder = path.join(storeFolder, 'lockfiles');
  return namesIfThere(folder)
    .filter((name) => !isTemporary(name))
    .sort()
    .map((name) => {
      const note = path.join(folder, name);
      const written = textIfThere(note);
      if (noteName(written) !== name) return { kind: 'damaged', note };
      const lockFile = path.resolve(storeFolder, written);
      return { kind: existsSync(path.dirname(lockFile)) ? 'seen' : 'unseen', lockFile, note };
    });
}

const noteName = (lockFile: string): string => digestOf(lockFile).slice(0, 16);
