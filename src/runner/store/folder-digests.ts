/** The digests of folders and of their files, kept between commands. Only files whose stat changed are read again. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Digest } from '../../util/digest.ts';
import type { Ignored } from '../../util/ignore.ts';
import type { Content, ContentVersion } from './content.ts';
import { digestListing, entriesOf, isSameListing, type FolderFact } from './digest-listing.ts';
import type { DigestDeps } from './file-digests.ts';
import { FACTS, listFolder, type Listing, type Selection } from './listing.ts';
import type { OwnFiles } from './own-files.ts';
import { readState, writeState } from './state-file.ts';
import { treeOf, type TreeEntry } from './tree.ts';

interface Folder {
  /** The name under which the digests are kept. */
  readonly id: string;
  readonly absolute: string;
  readonly device: bigint;
  readonly selection?: Selection;
  readonly ignored: Ignored | undefined;
  /** The name under which a file is kept. */
  readonly shownAs?: (name: string) => string;
}

export class FolderDigests {
  readonly #deps: DigestDeps;
  readonly #ownFiles: OwnFiles;
  /** New since the last save. */
  readonly #learnt = new Map<string, FolderFact>();
  readonly #entries = new Map<Digest, () => readonly TreeEntry[]>();

  constructor(deps: DigestDeps, ownFiles: OwnFiles) {
    this.#deps = deps;
    this.#ownFiles = ownFiles;
  }

  /** Undefined if a selection is given and selects no file. Throws UnreadableInputError. */
  async of({ id, absolute, device, selection, ignored, shownAs }: Folder): Promise<Content | undefined> {
    const time = Date.now();
    const found = listFolder(absolute, selection, device, { own: this.#ownFiles, ignored });
    if (selection && found.names.length === 0) return undefined;
    const listing = shownAs ? { ...found, names: found.names.map(shownAs) } : found;
    const old = this.#learnt.get(id) ?? this.#kept(id);
    const fact = old && isSameListing(old, listing) ? old : await this.#read(found, listing, absolute, old, time);
    if (fact !== old) this.#learnt.set(id, fact);
    const entries = () => entriesOf(listing, fact.digests);
    this.#entries.set(fact.digest, entries);
    return {
      kind: 'folder',
      digest: fact.digest,
      bytes: fact.bytes,
      version: () => versionOf(listing),
      tree: () => treeOf(entries()),
    };
  }

  /** The files of a folder that was looked at, by its digest. */
  entries(digest: Digest): readonly TreeEntry[] | undefined {
    return this.#entries.get(digest)?.();
  }

  /** Writes new digests to the state folder. */
  async save(): Promise<void> {
    for (const [id, fact] of this.#learnt) await writeState(this.#stateFile(id), this.#deps.format, fact);
    this.#learnt.clear();
  }

  #read(
    found: Listing,
    listing: Listing,
    absolute: string,
    old: FolderFact | undefined,
    time: number,
  ): Promise<FolderFact> {
    const { limit } = this.#deps;
    const pathOf = (i: number) => `${absolute}/${found.names[i] ?? ''}`;
    return digestListing(listing, pathOf, { old, time: this.#slowestTime(time, listing), limit });
  }

  /** By the slowest of the clocks that date the files of a folder. */
  #slowestTime(time: number, { devices }: Listing): bigint {
    const times = [...devices].map(([device, file]) => this.#deps.clock.at(time, device, file));
    return times.reduce((a, b) => (a < b ? a : b));
  }

  #kept(id: string): FolderFact | undefined {
    return readState(this.#stateFile(id), this.#deps.format) as FolderFact | undefined;
  }

  #stateFile(id: string): string {
    const name = createHash('sha256').update(id).digest('hex').slice(0, 32);
    return path.join(this.#deps.stateFolder, 'folders', name);
  }
}

/** Without the ctime, which also a new link or other permissions change. */
function versionOf({ names, facts }: Listing): ContentVersion {
  const writes = facts.filter((_, i) => i % FACTS === 1 || i % FACTS === 3);
  return createHash('sha256').update(names.join('\0')).update(writes).digest('hex') as ContentVersion;
}
