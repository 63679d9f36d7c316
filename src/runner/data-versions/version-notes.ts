/**
 * The store remembers every version of data that was ever added or pulled, because source data cannot be made again.
 * `gc` keeps all of them, also those that no branch names any more.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DataPointer } from '../../formats/data-pointer.ts';
import { writeFileAtomic, makeFolder, isTemporary } from '../../util/atomic-file.ts';
import { byCodeUnit } from '../../util/canonical-json.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import { namesIfThere } from '../../util/if-there.ts';

export interface VersionNote extends DataPointer {
  /** Path of the folder, relative to the store, with `/`. */
  readonly target: string;
}

const folderOf = (storeFolder: string): string => path.join(storeFolder, 'data');

/** Both are absolute. Nothing happens if the version is noted already. */
export async function noteVersion(storeFolder: string, target: string, pointer: DataPointer): Promise<void> {
  const note: VersionNote = { ...pointer, target: relative(storeFolder, target) };
  const file = noteFile(storeFolder, note.target, pointer.digest);
  if (readNote(file) !== undefined) return;
  makeFolder(path.dirname(file));
  await writeFileAtomic(file, `${JSON.stringify(note, null, 1)}\n`);
}

/** The versions of one folder, the newest first. */
export function notedVersions(storeFolder: string, target: string): VersionNote[] {
  const name = relative(storeFolder, target);
  return allNotes(storeFolder).filter((note) => note.target === name);
}

/** The note of a version, whatever folder it is of. */
export function noteOfVersion(storeFolder: string, digest: Digest): VersionNote | undefined {
  const name = namesIfThere(folderOf(storeFolder)).find((each) => each.startsWith(`${digest}-`));
  return name === undefined ? undefined : readNote(path.join(folderOf(storeFolder), name));
}

/** Texts that name everything that `gc` keeps for versions of data. */
export function noteTexts(storeFolder: string): string[] {
  return namesIfThere(folderOf(storeFolder)).map((name) =>
    readFileSync(path.join(folderOf(storeFolder), name), 'utf8'),
  );
}

/** The version is forgotten; `gc` may delete its files afterwards. */
export function forgetVersion(storeFolder: string, { target, digest }: VersionNote): void {
  rmSync(noteFile(storeFolder, target, digest), { force: true });
}

function allNotes(storeFolder: string): VersionNote[] {
  return namesIfThere(folderOf(storeFolder))
    .filter((name) => !isTemporary(name))
    .flatMap((name) => readNote(path.join(folderOf(storeFolder), name)) ?? [])
    .sort((a, b) => byCodeUnit(b.added, a.added));
}

function readNote(file: string): VersionNote | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VersionNote;
  } catch {
    return undefined; // absent, or damaged: the pointer file says the same
  }
}

function noteFile(storeFolder: string, target: string, digest: Digest): string {
  return path.join(folderOf(storeFolder), `${digest}-${digestOf(target).slice(0, 16)}.json`);
}

const relative = (storeFolder: string, target: string): string =>
  path.relative(storeFolder, target).split(path.sep).join('/');
