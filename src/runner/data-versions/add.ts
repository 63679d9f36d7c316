/** Puts the content of a folder or file into the store as a version, and writes the pointer file for git. */
import { copyFileSync, constants, linkSync, lstatSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import type { DataPointer } from '../../formats/data-pointer.ts';
import type { Digest } from '../../util/digest.ts';
import { digestOfFile, digestOfSmallFile, SMALL_FILE_BYTES } from '../../util/digest-file.ts';
import { isSystemError } from '../../util/system-error.ts';
import type { RunnerRegistration } from '../maintenance/runner-registration.ts';
import { BulkWriter } from '../store/bulk-writer.ts';
import type { TreeEntry } from '../store/tree.ts';
import { clashingNames, systemFiles, unportableNames, type NameClash } from './check-names.ts';
import { DataError } from './data-error.ts';
import { shownInRoot, type DataProject } from './data-project.ts';
import { detailsText } from './details.ts';
import { readPointer, writePointer, type ReadPointer } from './pointer.ts';
import { placeOfEntry, presentData, versionEntries, type PresentData } from './version-entries.ts';
import { noteVersion } from './version-notes.ts';

export interface AddOptions {
  /** Hard links into the store instead of copies. An edit in place then damages the stored version. */
  readonly link: boolean;
  /** Spares from a sweep what the version relies on. */
  readonly registration: RunnerRegistration;
  readonly tell: (files: number, of: number) => void;
}

export interface Added {
  readonly target: string;
  readonly state: 'added' | 'unchanged';
  readonly pointer: DataPointer;
  /** Files that the store did not have. */
  readonly stored: number;
  /** Files that could not be linked, and were copied. */
  readonly copied: number;
  readonly clashes: readonly NameClash[];
  readonly systemFiles: readonly string[];
  /** The pointer file held a merge conflict, which this version ends. */
  readonly endedConflict: boolean;
}

/** The pointer file is written last: an unfinished `add` changes no version. Throws DataError. */
export async function addVersion(project: DataProject, target: string, options: AddOptions): Promise<Added> {
  const before = readPointer(target);
  const present = await presentData(project, target);
  if (present === undefined) throw new DataError(`${shownInRoot(project, target)} does not exist`);
  const { content, entries } = present;
  requirePortableNames(project, target, entries);
  const common = {
    target,
    clashes: clashingNames(entries),
    systemFiles: systemFiles(entries),
    endedConflict: before.kind === 'conflict',
  };
  const known = before.kind === 'pointer' && before.pointer.digest === content.digest ? before.pointer : undefined;
  const { stored, copied } = await storeEntries(project, target, entries, knownDigests(project, before), options);
  const pointer = known ?? (await storeLists(project, target, present));
  if (known !== undefined) await storeLists(project, target, present);
  await noteVersion(project.storeFolder, target, pointer);
  for (const side of sidesOf(before)) await noteVersion(project.storeFolder, target, side);
  if (known === undefined) await writePointer(target, pointer);
  return { ...common, state: known ? 'unchanged' : 'added', pointer, stored, copied };
}

const sidesOf = (before: ReadPointer): DataPointer[] =>
  before.kind === 'conflict' ? [before.ours, before.theirs] : before.kind === 'pointer' ? [before.pointer] : [];

function requirePortableNames(project: DataProject, target: string, entries: readonly TreeEntry[]): void {
  const [first, ...others] = unportableNames(entries);
  if (first === undefined) return;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  throw new DataError(
    `${shownInRoot(project, target)}: the name ${JSON.stringify(first)}${more} cannot exist on every system`,
    'Rename: a name has no backslash, and does not begin like a drive ("C:").',
  );
}

/** Digests of the version before: they were compared with their files when that version was added. */
function knownDigests({ store }: DataProject, before: ReadPointer): ReadonlySet<string> {
  return new Set(
    sidesOf(before).flatMap((pointer) => (versionEntries(store, pointer) ?? []).map(({ digest }) => digest)),
  );
}

async function storeLists(
  project: DataProject,
  target: string,
  { content, entries }: PresentData,
): Promise<DataPointer> {
  const { store } = project;
  if (content.kind === 'folder') await store.put(content.tree().text);
  const details = await store.put(detailsText(entries, (name) => placeOfEntry(target, name)));
  const { kind, digest, bytes } = content;
  const files = entries.filter((entry) => entry.kind !== 'folder').length;
  return { type: 'data-version', format: 1, kind, digest, details, files, bytes, added: new Date().toISOString() };
}

/** A flush after this number of files or bytes: a killed `add` continues from there. */
const FLUSH_FILES = 20_000;
const FLUSH_BYTES = 1 << 30;

async function storeEntries(
  project: DataProject,
  target: string,
  entries: readonly TreeEntry[],
  known: ReadonlySet<string>,
  { link, registration, tell }: AddOptions,
): Promise<{ stored: number; copied: number }> {
  const missing = await missingEntries(project, entries, known, registration);
  const writer = new BulkWriter(project.storeFolder);
  let [done, unflushed, copied] = [0, 0, 0];
  try {
    for (const { name, digest, bytes } of missing) {
      const file = placeOfEntry(target, name);
      const draft = writer.draft();
      const linked = link && tryLink(file, draft);
      if (link && !linked) copied++;
      if (!linked) await copyToDraft(file, draft, bytes);
      if ((await digestOfDraft(draft, bytes)) !== digest) {
        rmSync(draft, { force: true });
        throw new DataError(
          `${shownInRoot(project, file)} changed while it was being added`,
          'The pointer file is as it was. Add the folder again when nothing writes to it.',
        );
      }
      writer.add(draft, digest, linked);
      unflushed += bytes;
      if (writer.waiting >= FLUSH_FILES || unflushed >= FLUSH_BYTES) {
        await writer.flush();
        unflushed = 0;
      }
      tell(++done, missing.length);
    }
    await writer.flush();
  } finally {
    writer.close();
  }
  return { stored: missing.length, copied };
}

type FileEntry = TreeEntry & { readonly digest: Digest };

/** Each content once. A blob of an earlier version counts if it has its size; any other is read. */
async function missingEntries(
  { store }: DataProject,
  entries: readonly TreeEntry[],
  known: ReadonlySet<string>,
  registration: RunnerRegistration,
): Promise<FileEntry[]> {
  const byDigest = new Map<Digest, FileEntry>();
  for (const entry of entries) if (entry.digest !== '') byDigest.set(entry.digest, entry as FileEntry);
  while (!(await registration.relyOn([...byDigest.keys()])));
  const missing: FileEntry[] = [];
  for (const [digest, entry] of byDigest) {
    const isThere =
      store.look(digest, entry.bytes) === 'intact' && (known.has(digest) || (await store.check(digest)) === 'intact');
    if (!isThere) missing.push(entry);
  }
  return missing;
}

/** False: another file system, too many links, or a file system without links. */
function tryLink(file: string, draft: string): boolean {
  try {
    if (!lstatSync(file).isFile()) return false;
    linkSync(file, draft);
    return true;
  } catch (error) {
    if (isSystemError(error) && ['EXDEV', 'EMLINK', 'EPERM', 'ENOTSUP', 'EACCES'].includes(error.code)) return false;
    throw error;
  }
}

/** By reflink if the file system can. */
async function copyToDraft(file: string, draft: string, bytes: number): Promise<void> {
  if (bytes <= SMALL_FILE_BYTES) copyFileSync(file, draft, constants.COPYFILE_FICLONE);
  else await copyFile(file, draft, constants.COPYFILE_FICLONE);
}

async function digestOfDraft(draft: string, bytes: number): Promise<Digest> {
  return bytes <= SMALL_FILE_BYTES ? digestOfSmallFile(draft) : digestOfFile(draft);
}
