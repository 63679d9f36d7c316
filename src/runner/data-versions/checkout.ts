/**
 * Brings a version of data back into its folder. A file of a user that no version holds is never overwritten or
 * removed. All content is verified and copied beside the folder before the first file changes.
 */
import {
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import type { DataPointer } from '../../formats/data-pointer.ts';
import { temporaryBeside, withDraft } from '../../util/atomic-file.ts';
import { byCodeUnit } from '../../util/canonical-json.ts';
import { syncFileSystem } from '../store/sync-many.ts';
import type { TreeEntry } from '../store/tree.ts';
import { requireDistinctNames } from './distinct-names.ts';
import { DataError } from './data-error.ts';
import { shownInRoot, type DataProject } from './data-project.ts';
import { readDetails } from './details.ts';
import { placeOfEntry, presentData, versionEntries } from './version-entries.ts';
import { notedVersions } from './version-notes.ts';

export interface CheckoutOptions {
  /** Restores the files that are here, and names the others. */
  readonly partial: boolean;
  readonly tell: (files: number, of: number) => void;
}

export type CheckoutResult =
  | { readonly kind: 'done'; readonly written: number; readonly removed: number; readonly missing: readonly string[] }
  /** Files that no version holds are in the way; nothing was changed. */
  | { readonly kind: 'refused'; readonly edited: readonly EditedFile[] }
  /** The store lacks content of the version; nothing was changed. */
  | { readonly kind: 'absent'; readonly missing: readonly string[]; readonly of: number };

export interface EditedFile {
  readonly name: string;
  /** `new`: no version has a file of this name. */
  readonly state: 'new' | 'edited';
}

/** Throws DataError. */
export async function checkoutVersion(
  project: DataProject,
  target: string,
  version: DataPointer,
  options: CheckoutOptions,
): Promise<CheckoutResult> {
  const entries = versionEntries(project.store, version);
  if (entries === undefined) return { kind: 'absent', missing: [], of: version.files };
  const present = (await presentData(project, target))?.entries ?? [];
  const change = changeBetween(present, entries);
  const edited = editedFiles(project, target, [...change.replaced, ...change.removed], entries);
  if (edited.length > 0) return { kind: 'refused', edited };
  requireOwnFolders(project, target, [...change.written, ...change.removed]);
  requireDistinctNames(target, entries);
  const missing = await missingContent(project, change.written);
  const lacking = new Set(missing.map(({ name }) => name));
  if (missing.length > 0 && !options.partial)
    return { kind: 'absent', missing: missing.map(({ name }) => name), of: version.files };
  const written = change.written.filter(({ name }) => !lacking.has(name));
  const removed = options.partial ? change.removed.filter(({ name }) => !lacking.has(name)) : change.removed;
  await replaceFiles(project, target, version, { written, removed, replaced: change.replaced }, options.tell);
  project.contents.forget(target);
  return { kind: 'done', written: written.length, removed: removed.length, missing: [...lacking] };
}

interface Change {
  /** Entries of the version that differ from the folder. */
  readonly written: readonly TreeEntry[];
  /** Entries of the folder that they replace. */
  readonly replaced: readonly TreeEntry[];
  /** Entries of the folder that the version lacks. */
  readonly removed: readonly TreeEntry[];
}

function changeBetween(present: readonly TreeEntry[], version: readonly TreeEntry[]): Change {
  const [now, then] = [byName(present), byName(version)];
  const isSame = (a: TreeEntry | undefined, b: TreeEntry): boolean => a?.digest === b.digest && a.kind === b.kind;
  const written = version.filter((entry) => !isSame(now.get(entry.name), entry));
  const replaced = written.flatMap(({ name }) => now.get(name) ?? []);
  return { written, replaced, removed: present.filter(({ name }) => !then.has(name)) };
}

const byName = (entries: readonly TreeEntry[]): ReadonlyMap<string, TreeEntry> =>
  new Map(entries.map((entry) => [entry.name, entry]));

/** Those files that no version of this folder holds under their name. Other versions are read only if needed. */
function editedFiles(
  { store, storeFolder }: DataProject,
  target: string,
  files: readonly TreeEntry[],
  version: readonly TreeEntry[],
): EditedFile[] {
  let left = files.filter(({ digest }) => digest !== '');
  const names = new Set(version.map(({ name }) => name));
  for (const note of notedVersions(storeFolder, target)) {
    if (left.length === 0) return [];
    const known = byName(versionEntries(store, note) ?? []);
    for (const name of known.keys()) names.add(name);
    left = left.filter(({ name, digest }) => known.get(name)?.digest !== digest);
  }
  return left
    .map(({ name }): EditedFile => ({ name, state: names.has(name) ? 'edited' : 'new' }))
    .sort((a, b) => byCodeUnit(a.name, b.name));
}

/** A folder that is a link leads elsewhere: writing there would change files outside of the data. */
function requireOwnFolders(project: DataProject, target: string, entries: readonly TreeEntry[]): void {
  const seen = new Set<string>();
  for (const { name } of entries) {
    if (name === '' && lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      throw new DataError(`${shownInRoot(project, target)} is a link`, 'A checkout never writes through a link.');
    for (
      let folder = path.posix.dirname(name);
      folder !== '.' && !seen.has(folder);
      folder = path.posix.dirname(folder)
    ) {
      seen.add(folder);
      if (lstatSync(path.join(target, folder), { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
      throw new DataError(
        `${shownInRoot(project, path.join(target, folder))} is a link to another folder, and files in it differ`,
        'A checkout never writes through a link. Remove the link, then check out again.',
      );
    }
  }
}

/** Reads every blob that will be written, unless it was read since it last changed. */
async function missingContent({ store }: DataProject, written: readonly TreeEntry[]): Promise<TreeEntry[]> {
  const limit = pLimit(4);
  const found = await Promise.all(
    written.map((entry) =>
      limit(async () => {
        const isHere = entry.digest === '' || store.look(entry.digest, entry.bytes) === 'intact';
        return isHere && (entry.digest === '' || (await store.verify(entry.digest)) === 'intact') ? [] : [entry];
      }),
    ),
  );
  return found.flat();
}

interface Replacement {
  readonly written: readonly TreeEntry[];
  readonly removed: readonly TreeEntry[];
  /** Entries of the folder that `written` replaces. */
  readonly replaced: readonly TreeEntry[];
}

async function replaceFiles(
  project: DataProject,
  target: string,
  version: DataPointer,
  { written, removed, replaced }: Replacement,
  tell: CheckoutOptions['tell'],
): Promise<void> {
  if (written.length + removed.length === 0) {
    if (version.kind === 'folder') mkdirSync(target, { recursive: true });
    return;
  }
  const stats = new Map([...removed, ...replaced].map(({ name }) => [name, factsOf(placeOfEntry(target, name))]));
  mkdirSync(path.dirname(target), { recursive: true });
  await withDraft(target, path.join(project.storeFolder, 'drafts'), async (draft) => {
    mkdirSync(draft);
    await stage(project, version, written, draft, tell);
    requireRename(draft, target);
    requireUntouched(project, target, stats);
    for (const { name } of removed) removeEntry(target, name);
    for (const [i, entry] of written.entries()) putEntry(target, entry, path.join(draft, String(i)));
    rmSync(draft, { recursive: true, force: true });
  });
}

/** Copies by reflink if the file system can, with the permissions and times of the version. */
async function stage(
  { store }: DataProject,
  { details }: DataPointer,
  written: readonly TreeEntry[],
  draft: string,
  tell: CheckoutOptions['tell'],
): Promise<void> {
  const known = readDetails(store, details);
  const limit = pLimit(8);
  let done = 0;
  await Promise.all(
    written.map(({ name, digest, kind }, i) =>
      limit(async () => {
        if (digest === '') return;
        const file = path.join(draft, String(i));
        await copyFile(store.pathOf(digest), file, constants.COPYFILE_FICLONE);
        const { mode = kind === 'executable' ? 0o755 : 0o644, mtimeUs } = known.get(name) ?? {};
        if (mtimeUs !== undefined) utimesSync(file, secondsOf(mtimeUs), secondsOf(mtimeUs));
        await chmod(file, mode);
        tell(++done, written.length);
      }),
    ),
  );
  await syncFileSystem(draft);
}

/** Node.js cuts to microseconds, and a double of this size may lie a quarter below: the half keeps the microsecond. */
const secondsOf = (mtimeUs: number): number => (mtimeUs + 0.5) / 1e6;

/**
 * Two mounts of one file system look alike, and a rename from one to the other fails: before the first file changes.
 */
function requireRename(draft: string, target: string): void {
  const [probe, beside] = [path.join(draft, 'probe'), temporaryBeside(target)];
  writeFileSync(probe, '');
  renameSync(probe, beside);
  rmSync(beside);
}

function factsOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat?.isFile() ? `${stat.size} ${stat.mtimeNs} ${stat.ino}` : 'none';
}

function requireUntouched(project: DataProject, target: string, stats: ReadonlyMap<string, string>): void {
  for (const [name, facts] of stats) {
    if (factsOf(placeOfEntry(target, name)) === facts) continue;
    throw new DataError(
      `${shownInRoot(project, placeOfEntry(target, name))} changed during the checkout, and nothing was replaced`,
      'Check out again when nothing writes to the folder.',
    );
  }
}

/** Then the folders that became empty, but not the data's own. */
function removeEntry(target: string, name: string): void {
  const place = placeOfEntry(target, name);
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat?.isDirectory()) removeIfEmpty(place);
  else rmSync(place, { force: true });
  for (let folder = path.dirname(place); folder.startsWith(target + path.sep); folder = path.dirname(folder))
    if (!removeIfEmpty(folder)) return;
}

function removeIfEmpty(folder: string): boolean {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() || readdirSync(folder).length > 0) return false;
  rmdirSync(folder);
  return true;
}

function putEntry(target: string, { name, digest }: TreeEntry, staged: string): void {
  const place = placeOfEntry(target, name);
  mkdirSync(digest === '' ? place : path.dirname(place), { recursive: true });
  if (digest === '') return;
  // An empty folder of the earlier version makes room for a file of this one.
  if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) rmdirSync(place);
  renameSync(staged, place);
}
