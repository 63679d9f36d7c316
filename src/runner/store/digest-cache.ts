/**
 * The present digests of files, folders and globs. Files are read again only if their stat record changed. One instance
 * lives as long as a command: within it, nothing is statted twice unless it is forgotten.
 */
import { createHash, createHmac } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import pLimit from 'p-limit';
import type { Digest } from '../../util/digest.ts';
import { digestOfFile, digestOfSmallFile, SMALL_FILE_BYTES } from '../../util/digest-file.ts';
import { openClock } from './clock.ts';
import { globSelection } from './glob.ts';
import { ignoreRules, type Ignored, type IgnoreRules } from '../../util/ignore.ts';
import {
  ENTRY_KINDS,
  FACTS,
  UnreadableInputError,
  isExecutable,
  statInput,
  listFolder,
  type Listing,
  type Selection,
} from './listing.ts';
import { ownFilesOf } from './own-files.ts';
import { readSecretKey } from '../../util/secret-key.ts';
import { isSystemError } from '../../util/system-error.ts';
import { isSettled, statRecord, type StatRecord } from './stat.ts';
import { readState, writeState } from './state-file.ts';
import { treeOf, type Tree, type TreeEntry } from './tree.ts';

export type Content =
  | { readonly kind: 'file' | 'executable'; readonly digest: Digest; readonly bytes: number; version(): ContentVersion }
  | {
      readonly kind: 'folder';
      readonly digest: Digest;
      readonly bytes: number;
      version(): ContentVersion;
      tree(): Tree;
    };

/** Changes whenever a file is written to or replaced, even by the same bytes. */
export type ContentVersion = string & { readonly __brand: 'ContentVersion' };

/**
 * `private`: digests under the user's key stand for the names of a folder's files, in its tree, its state and its
 * identity. No error names a file of it.
 */
export type FileNames = 'named' | 'private';

export interface DigestCache {
  /** A file or folder by its absolute path; undefined if there is none. Throws UnreadableInputError. */
  of(file: string): Promise<Content | undefined>;
  /** The same for an input, relative to the root or absolute: ignored files are no part of it. */
  ofInput(root: string, input: string, names?: FileNames): Promise<Content | undefined>;
  /**
   * The files that match a pattern, without ignored ones, as a folder relative to the pattern's fixed part; undefined
   * without a match.
   */
  ofGlob(root: string, pattern: string): Promise<Content | undefined>;
  /** The files of a folder that was looked at, by its digest. */
  entries(digest: Digest): readonly TreeEntry[] | undefined;
  /** The next question about this path looks at the file again, and reads it if the stat leaves doubt. */
  forget(file: string): void;
  forgetGlob(pattern: string): void;
  /** Writes new digests to the state folder. */
  save(): Promise<void>;
}

const FORMAT = 'contents 1';
/** Blocking reads of small files go this long before others get a turn. */
const SLICE_MS = 50;

interface FileFact {
  readonly stat: StatRecord;
  readonly digest: Digest;
}

interface FolderOptions {
  readonly selection?: Selection;
  readonly ignored: Ignored | undefined;
  /** The name under which a file is kept. */
  readonly shownAs?: (name: string) => string;
}

/** The cached facts of a folder; `digests` holds 32 bytes for each name of the listing. */
interface FolderFact {
  readonly names: string;
  readonly facts: BigInt64Array;
  readonly digests: Uint8Array;
  readonly digest: Digest;
  readonly bytes: number;
}

/**
 * @param own absolute paths of Pretext's own files and folders, which count as no part of an input
 * @param ignore files that are no part of an input
 */
export function openDigestCache(
  root: string,
  stateFolder: string,
  own: readonly string[] = [],
  ignore: IgnoreRules = ignoreRules(root, []),
): DigestCache {
  const ownFiles = ownFilesOf(own);
  const stateFile = path.join(stateFolder, 'files');
  const known = new Map(readState(stateFile, FORMAT) as Iterable<[string, FileFact]> | undefined);
  const used = new Set<string>();
  const session = new Map<string, Promise<Content | undefined>>();
  const learnt = new Map<string, FolderFact>();
  const folders = new Map<Digest, () => readonly TreeEntry[]>();
  const limit = pLimit(4);
  let learntFiles = false;

  const clock = openClock(stateFolder);
  /** By the slowest of the clocks that date the files of a folder. */
  const folderTime = (time: number, { devices }: Listing) =>
    [...devices].map(([device, file]) => clock.at(time, device, file)).reduce((a, b) => (a < b ? a : b));
  const key = (file: string) => path.relative(root, file);
  const folderState = (id: string) =>
    path.join(stateFolder, 'folders', createHash('sha256').update(id).digest('hex').slice(0, 32));

  const remembered = (id: string, ask: () => Promise<Content | undefined>) => {
    let answer = session.get(id);
    if (!answer) session.set(id, (answer = ask()));
    return answer;
  };

  async function look(file: string, ignored?: Ignored, names: FileNames = 'named'): Promise<Content | undefined> {
    const time = Date.now();
    const stat = statInput(file);
    if (!stat) return undefined;
    if (stat.isDirectory())
      return names === 'private'
        ? privateFolder(file, stat.dev, ignored)
        : folder(key(file), file, stat.dev, { ignored });
    const id = key(file);
    used.add(id);
    const record = statRecord(stat);
    const fact = known.get(id);
    const version = () => `${stat.mtimeNs} ${stat.ino}` as ContentVersion;
    const common = {
      kind: isExecutable(stat) ? ('executable' as const) : ('file' as const),
      bytes: Number(stat.size),
      version,
    };
    if (fact?.stat === record) return { ...common, digest: fact.digest };
    const digest = stat.size <= SMALL_FILE_BYTES ? digestOfSmallFile(file) : await limit(() => digestOfFile(file));
    if (isSettled(stat, clock.at(time, stat.dev, file))) {
      known.set(id, { stat: record, digest });
      learntFiles = true;
    }
    return { ...common, digest };
  }

  /** No error names a file: names are private. */
  async function privateFolder(
    absolute: string,
    device: bigint,
    ignored: Ignored | undefined,
  ): Promise<Content | undefined> {
    const secret = await readSecretKey();
    const shownAs = (name: string) => digestName(secret, name);
    try {
      return await folder(`private:${key(absolute)}`, absolute, device, { ignored, shownAs });
    } catch (error) {
      throw withoutNames(absolute, error);
    }
  }

  async function folder(
    id: string,
    absolute: string,
    device: bigint,
    { selection, ignored, shownAs }: FolderOptions,
  ): Promise<Content | undefined> {
    const time = Date.now();
    const found = listFolder(absolute, selection, device, { own: ownFiles, ignored });
    if (selection && found.names.length === 0) return undefined;
    const listing = shownAs ? { ...found, names: found.names.map(shownAs) } : found;
    const names = listing.names.join('\0');
    const old = learnt.get(id) ?? (readState(folderState(id), FORMAT) as FolderFact | undefined);
    const unchanged = old?.names === names && sameNumbers(old.facts, listing.facts);
    const fact = unchanged ? old : await readFolder(absolute, listing, found.names, old, folderTime(time, listing));
    if (!unchanged) learnt.set(id, fact);
    const entries = () => entriesOf(listing, fact.digests);
    folders.set(fact.digest, entries);
    return {
      kind: 'folder',
      digest: fact.digest,
      bytes: fact.bytes,
      version: () => versionOf(listing),
      tree: () => treeOf(entries()),
    };
  }

  /** Digests every file whose facts are new. Facts that cannot be trusted next time are not kept. */
  async function readFolder(
    absolute: string,
    listing: Listing,
    files: readonly string[],
    old: FolderFact | undefined,
    time: bigint,
  ): Promise<FolderFact> {
    const digests = new Uint8Array(32 * listing.names.length);
    const facts = listing.facts.slice();
    const place = new Map(old?.names.split('\0').map((name, i) => [name, i]));
    const large: Promise<void>[] = [];
    let pause = performance.now() + SLICE_MS;
    for (let i = 0; i < listing.names.length; i++) {
      const name = listing.names[i]!;
      if (kindAt(listing, i) === 'folder') continue;
      const j = place.get(name);
      if (
        j !== undefined &&
        old &&
        sameNumbers(old.facts.subarray(FACTS * j, FACTS * (j + 1)), listing.facts.subarray(FACTS * i, FACTS * (i + 1)))
      ) {
        digests.set(old.digests.subarray(32 * j, 32 * (j + 1)), 32 * i);
        continue;
      }
      const settled = isSettled({ mtimeNs: facts[FACTS * i + 1]!, ctimeNs: facts[FACTS * i + 2]! }, time);
      if (!settled) facts[FACTS * i + 2] = -1n;
      const file = `${absolute}/${files[i] ?? name}`;
      if (listing.facts[FACTS * i]! <= SMALL_FILE_BYTES)
        digests.set(Buffer.from(digestOfSmallFile(file), 'hex'), 32 * i);
      else
        large.push(
          limit(async () => {
            digests.set(Buffer.from(await digestOfFile(file), 'hex'), 32 * i);
          }),
        );
      if (performance.now() > pause) {
        await new Promise((resolve) => setImmediate(resolve));
        pause = performance.now() + SLICE_MS;
      }
    }
    await Promise.all(large);
    const tree = treeOf(entriesOf(listing, digests));
    return { names: listing.names.join('\0'), facts, digests, digest: tree.digest, bytes: tree.bytes };
  }

  function globParts(from: string, pattern: string) {
    const { base, selection } = globSelection(pattern);
    return { id: `glob:${pattern}`, absolute: path.resolve(from, base), selection };
  }

  async function lookGlob(from: string, pattern: string): Promise<Content | undefined> {
    const { id, absolute, selection } = globParts(from, pattern);
    const base = statSync(absolute, { bigint: true, throwIfNoEntry: false });
    if (base?.isDirectory() !== true) return undefined;
    return folder(id, absolute, base.dev, { selection, ignored: ignore.within(pattern) });
  }

  return {
    of: (file) => remembered(file, () => look(file)),
    ofInput(from, input, names = 'named') {
      const file = path.resolve(from, input);
      return remembered(`${names} input:${file}`, () => look(file, ignore.within(input), names));
    },
    ofGlob: (from, pattern) => remembered(`glob:${pattern}`, () => lookGlob(from, pattern)),
    entries: (digest) => folders.get(digest)?.(),
    forget(file) {
      session.delete(file);
      session.delete(`named input:${file}`);
      session.delete(`private input:${file}`);
    },
    forgetGlob: (pattern) => void session.delete(`glob:${pattern}`),
    async save() {
      for (const [id, fact] of learnt) await writeState(folderState(id), FORMAT, fact);
      if (learntFiles) await writeState(stateFile, FORMAT, worthKeeping(known, used));
      learnt.clear();
      learntFiles = false;
    },
  };
}

/** 96 bits of a keyed digest. */
const digestName = (secret: Uint8Array, name: string): string =>
  createHmac('sha256', secret).update(name).digest('hex').slice(0, 24);

function withoutNames(folder: string, error: unknown): unknown {
  if (error instanceof UnreadableInputError)
    return new UnreadableInputError(folder, `It is private, and a file in it cannot be read: ${error.finding}`);
  if (isSystemError(error))
    return new UnreadableInputError(folder, `It is private, and a file in it cannot be read (${error.code}).`);
  return error;
}

function entriesOf(listing: Listing, digests: Uint8Array): TreeEntry[] {
  const hex = Buffer.from(digests.buffer, digests.byteOffset, digests.byteLength).toString('hex');
  return listing.names.map((name, i) => {
    const kind = kindAt(listing, i);
    return {
      name,
      kind,
      bytes: Number(listing.facts[FACTS * i]!),
      digest: kind === 'folder' ? '' : (hex.slice(64 * i, 64 * (i + 1)) as Digest),
    };
  });
}

/** Without the ctime, which also a new link or other permissions change. */
function versionOf({ names, facts }: Listing): ContentVersion {
  const writes = facts.filter((_, i) => i % FACTS === 1 || i % FACTS === 3);
  return createHash('sha256').update(names.join('\0')).update(writes).digest('hex') as ContentVersion;
}

function kindAt(listing: Listing, i: number) {
  return ENTRY_KINDS[Number(listing.facts[FACTS * i + FACTS - 1]!)]!;
}

function sameNumbers(a: BigInt64Array, b: BigInt64Array): boolean {
  return (
    a.length === b.length &&
    Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))
  );
}

/** If most cached facts belong to files that no command asked for, they are dropped. */
function worthKeeping(known: ReadonlyMap<string, FileFact>, used: ReadonlySet<string>): [string, FileFact][] {
  const all = [...known];
  return all.length > 10_000 + 10 * used.size ? all.filter(([id]) => used.has(id)) : all;
}
