/** Brings blobs from a remote into the store. Every blob is compared with its digest before it becomes visible. */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { digestAside, digestOf, type Digest } from '../../util/digest.ts';
import { BulkWriter } from '../store/bulk-writer.ts';
import type { Store } from '../store/store.ts';
import { packName, type Piece, type RemoteIndex } from './remote-index.ts';
import { RemoteError } from './remote-error.ts';
import type { RemoteStorage } from './storage.ts';
import { at } from '../../util/known.ts';

export interface FetchOptions {
  readonly storage: RemoteStorage;
  readonly index: RemoteIndex;
  readonly store: Store;
  /** Absolute. */
  readonly storeFolder: string;
  readonly tell: (bytes: number) => void;
}

export interface FetchedBlobs {
  readonly fetched: number;
  readonly bytes: number;
  /** Blobs that the remote does not hold. */
  readonly absent: readonly Digest[];
  /** Blobs that differ from their digests on the remote. */
  readonly damaged: readonly Digest[];
}

const AT_ONCE = 4;
const FLUSH_BYTES = 256 * 1024 * 1024;
const FLUSH_FILES = 20_000;

/** Blobs that the store has are left out. Throws RemoteError. */
export async function fetchBlobs(digests: Iterable<Digest>, options: FetchOptions): Promise<FetchedBlobs> {
  const { index, store } = options;
  const wanted = [...new Set(digests)].filter((digest) => store.look(digest) !== 'intact');
  const absent = wanted.filter((digest) => index.placesOf(digest).length === 0);
  const present = wanted.filter((digest) => index.placesOf(digest).length > 0);
  const fetcher = new Fetcher(options);
  try {
    await fetcher.fetch(present);
  } finally {
    await fetcher.close();
  }
  return {
    fetched: present.length - fetcher.damaged.size,
    bytes: fetcher.bytes,
    absent,
    damaged: [...fetcher.damaged],
  };
}

/** The texts of small blobs, such as records; damaged and absent ones are left out. */
export async function fetchTexts(
  digests: Iterable<Digest>,
  { storage, index }: Pick<FetchOptions, 'storage' | 'index'>,
): Promise<Map<Digest, string>> {
  const texts = new Map<Digest, string>();
  const take = (digest: Digest, content: Buffer): void => void texts.set(digest, content.toString());
  const small = [...new Set(digests)].filter((digest) => index.placesOf(digest)[0]?.pieces.length === 1);
  for (let place = 0, left = small; left.length > 0; place++) {
    left = left.filter((digest) => index.placesOf(digest)[place] !== undefined);
    await readPacks(groupByPack(left, place, index), { storage, index }, take);
    left = left.filter((digest) => !texts.has(digest));
  }
  return texts;
}

class Fetcher {
  readonly #options: FetchOptions;
  readonly #writer: BulkWriter;
  readonly damaged = new Set<Digest>();
  bytes = 0;
  #unflushed = 0;
  #flushing: Promise<void> = Promise.resolve();

  constructor(options: FetchOptions) {
    this.#options = options;
    this.#writer = new BulkWriter(options.storeFolder);
  }

  /** A blob that is damaged at one place is taken from the next one. */
  async fetch(digests: readonly Digest[]): Promise<void> {
    const { index } = this.#options;
    let left = digests;
    for (let place = 0; left.length > 0; place++) {
      const here = left.filter((digest) => index.placesOf(digest)[place] !== undefined);
      for (const digest of left) if (!here.includes(digest)) this.damaged.add(digest);
      const taken = new Set<Digest>();
      const isSmall = (digest: Digest): boolean => index.placesOf(digest)[place]?.pieces.length === 1;
      await readPacks(groupByPack(here.filter(isSmall), place, index), this.#options, (digest, content) => {
        taken.add(digest);
        this.#take(digest, content);
      });
      for (const digest of here.filter((each) => !isSmall(each)))
        if (await this.#takeLarge(digest, place)) taken.add(digest);
      await this.#flush();
      left = here.filter((digest) => !taken.has(digest));
    }
  }

  async close(): Promise<void> {
    await this.#flushing.catch(() => undefined);
    this.#writer.close();
  }

  #take(digest: Digest, content: Buffer): void {
    const draft = this.#writer.draft();
    writeFileSync(draft, content);
    this.#writer.add(draft, digest);
    this.#count(content.length);
    this.#unflushed += content.length;
    if (this.#unflushed > FLUSH_BYTES || this.#writer.waiting > FLUSH_FILES) void this.#flush();
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    this.#options.tell(this.bytes);
  }

  #flush(): Promise<void> {
    this.#unflushed = 0;
    this.#flushing = this.#flushing.then(() => this.#writer.flush());
    this.#flushing.catch(() => undefined); // the next flush throws it
    return this.#flushing;
  }

  /** Pieces are appended to a file that survives this process, so that a second pull continues. */
  async #takeLarge(digest: Digest, place: number): Promise<boolean> {
    const { storage, index, storeFolder } = this.#options;
    const { pieces, bytes } = at(index.placesOf(digest), place);
    const draft = path.join(storeFolder, 'drafts', `partial-${digest}`);
    mkdirSync(path.dirname(draft), { recursive: true });
    const hash = createHash('sha256');
    let number = resumePieces(draft, pieces, hash);
    const ahead = new Map<number, Promise<Buffer | undefined>>();
    for (; number < pieces.length; number++) {
      for (let next = number; next < Math.min(number + AT_ONCE, pieces.length); next++)
        if (!ahead.has(next)) ahead.set(next, readPiece(storage, at(pieces, next)));
      const content = await ahead.get(number);
      ahead.delete(number);
      if (content === undefined) {
        await Promise.allSettled(ahead.values());
        return false;
      }
      const written = appendFile(draft, content);
      hash.update(content);
      await written;
      this.#count(content.length);
    }
    const isWhole = hash.digest('hex') === digest && statSync(draft).size === bytes;
    if (isWhole) this.#writer.add(draft, digest);
    else rmSync(draft, { force: true });
    return isWhole;
  }
}

/** The number of pieces that a draft holds already, each compared with its digest. The rest of the draft is cut off. */
function resumePieces(draft: string, pieces: readonly Piece[], hash: ReturnType<typeof createHash>): number {
  let [number, at] = [0, 0];
  const size = statSync(draft, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return 0;
  const descriptor = openSync(draft, 'r');
  try {
    for (const { pack, length } of pieces) {
      const content = Buffer.allocUnsafe(length);
      if (at + length > size || readSync(descriptor, content, 0, length, at) < length || digestOf(content) !== pack)
        break;
      hash.update(content);
      at += length;
      number++;
    }
  } finally {
    closeSync(descriptor);
  }
  truncateSync(draft, at);
  return number;
}

/** Undefined: it is absent or damaged. A second look tells a damaged object from a bit that flipped on the way. */
async function readPiece(storage: RemoteStorage, { pack, offset, length }: Piece): Promise<Buffer | undefined> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const content = await storage.get(packName(pack));
    if (content && (await digestAside(content)) === pack) return content.subarray(offset, offset + length);
  }
  return undefined;
}

type Part = Piece & { readonly digest: Digest };

function groupByPack(digests: readonly Digest[], place: number, index: RemoteIndex): Map<Digest, Part[]> {
  const groups = new Map<Digest, Part[]>();
  for (const digest of digests) {
    const [piece] = index.placesOf(digest)[place]?.pieces ?? [];
    if (!piece) continue;
    const group = groups.get(piece.pack);
    if (group) group.push({ ...piece, digest });
    else groups.set(piece.pack, [{ ...piece, digest }]);
  }
  return groups;
}

/** Calls `take` for each blob whose content is right. */
async function readPacks(
  groups: ReadonlyMap<Digest, readonly Part[]>,
  { storage, index }: Pick<FetchOptions, 'storage' | 'index'>,
  take: (digest: Digest, content: Buffer) => void,
): Promise<void> {
  const limit = pLimit(AT_ONCE);
  const work = async (pack: Digest, parts: readonly Part[]): Promise<void> => {
    let left = parts;
    for (let attempt = 0; attempt < 2 && left.length > 0; attempt++) {
      const contents = await readParts(storage, pack, left, index.packs.get(pack) ?? 0);
      left = left.filter((part, i) => {
        const content = contents[i];
        if (content === undefined || digestOf(content) !== part.digest) return true;
        take(part.digest, content);
        return false;
      });
    }
  };
  const ended = await Promise.allSettled([...groups].map(([pack, parts]) => limit(() => work(pack, parts))));
  const fault = ended.find((each) => each.status === 'rejected');
  if (fault) throw fault.reason;
}

/** A few small parts of a pack are read alone; else the pack is read as a whole. */
async function readParts(
  storage: RemoteStorage,
  pack: Digest,
  parts: readonly Part[],
  packBytes: number,
): Promise<(Buffer | undefined)[]> {
  const name = packName(pack);
  const needed = parts.reduce((sum, { length }) => sum + length, 0);
  if (parts.length <= FEW && needed < packBytes / 4)
    return Promise.all(
      parts.map(({ offset, length }) =>
        length === 0 ? Promise.resolve(Buffer.alloc(0)) : storage.get(name, { offset, length }),
      ),
    );
  const all = await storage.get(name);
  return parts.map(({ offset, length }) => all?.subarray(offset, offset + length));
}

const FEW = 16;

/** The error for blobs that could not be fetched; undefined if all were. */
export function fetchFault({ absent, damaged }: FetchedBlobs): RemoteError | undefined {
  if (absent.length + damaged.length === 0) return undefined;
  const parts = [
    ...(absent.length > 0 ? [`${absent.length} files are not on the remote`] : []),
    ...(damaged.length > 0 ? [`${damaged.length} files are damaged there`] : []),
  ];
  return new RemoteError(parts.join(', and '), {
    remedy:
      'Push them from where they are; pipeline verify --remote finds damaged objects, and the next push replaces them.',
  });
}
