/** Takes over versions of data that a group has in DVC: those in the cache, of now and of git's history. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync, constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { DataPointer } from '../../formats/data-pointer.ts';
import type { Digest } from '../../util/digest.ts';
import { digestOfFile } from '../../util/digest-file.ts';
import { BulkWriter } from '../store/bulk-writer.ts';
import { isInsideName, treeOf, type TreeEntry } from '../store/tree.ts';
import { DataError } from './data-error.ts';
import type { DataProject } from './data-project.ts';
import { cachedFile, dvcEntries, findDvcCache, isDvcContent, readDvcFile, type DvcOutput } from './dvc-files.ts';
import { readPointer, writePointer } from './pointer.ts';
import { noteVersion } from './version-notes.ts';

export interface ImportedVersion {
  /** ISO 8601: of the commit, or of the import. */
  readonly date: string;
  readonly commit: string | undefined;
  readonly result:
    | { readonly kind: 'imported'; readonly pointer: DataPointer }
    /** Files that the cache lacks, or that differ from their digests there. */
    | { readonly kind: 'incomplete'; readonly missing: readonly string[]; readonly of: number }
    | { readonly kind: 'unreadable'; readonly finding: string };
}

export interface DvcImport {
  /** Absolute path of the folder or file. */
  readonly target: string;
  /** The newest first; the first is the version of now. */
  readonly versions: readonly ImportedVersion[];
  /**
   * The pointer file that was written; undefined: the version of now could not be read, or a pointer is there already.
   */
  readonly written: DataPointer | undefined;
}

/** @param file absolute path of a `*.dvc` file. Throws DataError. */
export async function importDvc(project: DataProject, file: string, now: string): Promise<DvcImport> {
  const cache = findDvcCache(path.dirname(file));
  const text = readFileSync(file, 'utf8');
  const current = await readDvcFile(file, text);
  const states = [{ text, date: now, commit: undefined }, ...(await committedTexts(file))];
  const seen = new Set<string>();
  const versions: ImportedVersion[] = [];
  for (const { text: each, date, commit } of states) {
    const output = each === text ? current : await readDvcFile(file, each).catch(findingOf);
    if (typeof output === 'string') {
      versions.push({ date, commit, result: { kind: 'unreadable', finding: output } });
      continue;
    }
    if (seen.has(output.md5)) continue;
    seen.add(output.md5);
    const added = states.findLast((state) => state.commit !== undefined && state.text.includes(output.md5))?.date;
    versions.push({ date: added ?? date, commit, result: await importVersion(project, cache, output, added ?? date) });
  }
  const [first] = versions;
  const isFree = readPointer(current.target).kind === 'absent';
  const written = isFree && first?.result.kind === 'imported' ? first.result.pointer : undefined;
  if (written) await writePointer(current.target, written);
  return { target: current.target, versions, written };
}

function findingOf(error: unknown): string {
  if (error instanceof DataError) return error.message;
  throw error;
}

/** The texts that the file had in the commits of the current branch, the newest first. */
async function committedTexts(file: string): Promise<{ text: string; date: string; commit: string }[]> {
  const [cwd, name] = [path.dirname(file), path.basename(file)];
  const log = await execa('git', ['log', '--format=%H %cI', '--', name], { cwd, reject: false });
  if (log.exitCode !== 0) return [];
  const found: { text: string; date: string; commit: string }[] = [];
  for (const line of log.stdout.split('\n').filter(Boolean)) {
    const [commit = '', date = ''] = line.split(' ');
    const blob = await execa('git', ['cat-file', 'blob', `${commit}:./${name}`], { cwd, reject: false });
    if (blob.exitCode === 0) found.push({ text: blob.stdout, date, commit });
  }
  return inOrder(found);
}

/**
 * Git keeps seconds: of commits in one second, each later one gets a millisecond more, so that times keep their order.
 */
function inOrder<C extends { readonly date: string }>(newestFirst: readonly C[]): C[] {
  let [second, more] = [NaN, 0];
  return newestFirst
    .toReversed()
    .map((commit) => {
      const time = Date.parse(commit.date);
      more = time === second ? more + 1 : 0;
      second = time;
      return { ...commit, date: new Date(time + more).toISOString() };
    })
    .toReversed();
}

async function importVersion(
  project: DataProject,
  cache: string,
  output: DvcOutput,
  added: string,
): Promise<ImportedVersion['result']> {
  const listed = dvcEntries(cache, output);
  if (listed === undefined) return { kind: 'incomplete', missing: ['the list of the folder'], of: 1 };
  const outside = listed.find(({ name }) => name !== '' && !isInsideName(name));
  if (outside) return { kind: 'unreadable', finding: `it names ${JSON.stringify(outside.name)}` };
  const writer = new BulkWriter(project.storeFolder);
  try {
    const entries: TreeEntry[] = [];
    const missing: string[] = [];
    for (const { name, md5 } of listed) {
      const file = cachedFile(cache, md5);
      const stored = file === undefined ? undefined : await takeFile(project, writer, file, md5, output.version);
      if (stored === undefined) missing.push(name === '' ? path.basename(output.target) : name);
      else entries.push({ name, kind: 'file', ...stored });
    }
    await writer.flush();
    if (missing.length > 0) return { kind: 'incomplete', missing, of: listed.length };
    return { kind: 'imported', pointer: await storeVersion(project, output, entries, added) };
  } finally {
    writer.close();
  }
}

const SMALL_BYTES = 64 * 1024 * 1024;

/** Undefined: the content differs from its digest. */
async function takeFile(
  { store }: DataProject,
  writer: BulkWriter,
  file: string,
  md5: string,
  version: DvcOutput['version'],
): Promise<{ digest: Digest; bytes: number } | undefined> {
  const draft = writer.draft();
  await copyFile(file, draft, constants.COPYFILE_FICLONE);
  const bytes = statSync(draft).size;
  const isSound = bytes <= SMALL_BYTES ? isDvcContent(readFileSync(draft), md5, version) : md5OfLarge(draft) === md5;
  if (!isSound) return undefined;
  const digest = await digestOfFile(draft);
  if ((await store.check(digest)) !== 'intact') writer.add(draft, digest);
  return { digest, bytes };
}

function md5OfLarge(file: string): string {
  const hash = createHash('md5');
  const chunk = Buffer.allocUnsafe(1 << 20);
  const descriptor = openSync(file, 'r');
  try {
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk))
      hash.update(chunk.subarray(0, read));
    return hash.digest('hex');
  } finally {
    closeSync(descriptor);
  }
}

/** DVC keeps no permissions and no times. */
async function storeVersion(
  project: DataProject,
  output: DvcOutput,
  entries: readonly TreeEntry[],
  added: string,
): Promise<DataPointer> {
  const { store, storeFolder } = project;
  const tree = treeOf(entries);
  const [single] = entries;
  const digest = output.isFolder ? await store.put(tree.text) : single?.digest;
  if (digest === undefined || digest === '') throw new Error('Internal error: a file of DVC without content.');
  const pointer: DataPointer = {
    type: 'data-version',
    format: 1,
    kind: output.isFolder ? 'folder' : 'file',
    digest,
    details: await store.put('{"type":"details","format":1,"entries":[\n]}\n'),
    files: entries.length,
    bytes: tree.bytes,
    added: new Date(added).toISOString(),
  };
  await noteVersion(storeFolder, output.target, pointer);
  return pointer;
}
