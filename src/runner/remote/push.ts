/**
 * Sends blobs to a remote: packs first, then the index that names their blobs, then the note of the push. Nothing is
 * visible before everything that it names was stored and looked at. No lock: names are digests, and the first writer
 * wins.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { byCodeUnit } from '../../util/canonical-json.ts';
import { digestAside, digestOf, type Digest } from '../../util/digest.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import type { Store } from '../store/store.ts';
import { PushJournal, type StoredPack } from './push-journal.ts';
import { putWhole } from './put-whole.ts';
import { packName, putIndex, type IndexedBlob, type IndexedRecord, type RemoteIndex } from './remote-index.ts';
import type { RemoteStorage } from './storage.ts';

/** A blob to send. `text`: it is not in the store, but here. */
export interface PushedBlob {
  readonly digest: Digest;
  readonly bytes: number;
  readonly text?: string;
}

export interface PushOptions {
  readonly storage: RemoteStorage;
  readonly index: RemoteIndex;
  readonly store: Store;
  /** Absolute path of the folder in the store with the notes about this remote. */
  readonly notes: string;
  /** Packs that are not intact: they are replaced. */
  readonly damaged: ReadonlySet<Digest>;
  /** Packs that a sweep has marked and may delete at any moment: their blobs go into packs of other names. */
  readonly marked: ReadonlySet<Digest>;
  readonly tell: (bytes: number, of: number) => void;
}

export interface PushSummary {
  /** Blobs that were sent, with their sizes, and those that were there. */
  readonly sent: number;
  readonly sentBytes: number;
  readonly known: number;
}

/** Bytes of a pack. A larger blob is cut into pieces of this size, so that a transfer resumes in the middle. */
export const PACK_BYTES = 16 * 1024 * 1024;
/** Packs under way at the same time. */
const AT_ONCE = 4;

/** Throws RemoteError, DamagedBlobError. A second push continues where this one ended. */
export async function pushBlobs(
  blobs: readonly PushedBlob[],
  records: readonly IndexedRecord[],
  options: PushOptions,
): Promise<PushSummary> {
  const { storage, index, notes, damaged, marked, tell } = options;
  const unusable = new Set([...damaged, ...marked]);
  const missing = missingBlobs(blobs, index, unusable);
  const journal = new PushJournal(notes);
  const resumed = await journal.resume(storage, unusable);
  const covered = new Set(resumed.flatMap(({ blobs: inside }) => inside.map(([digest]) => digest)));
  const left = missing.filter(({ digest }) => !covered.has(digest));
  const of = left.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const sent: StoredPack[] = [];
  const send = async (work: () => Promise<{ pack: Buffer; blobs: StoredPack['blobs'] }>): Promise<void> => {
    const { pack: plain, blobs: inside } = await work();
    const plainDigest = await digestAside(plain);
    const isMarked = marked.has(plainDigest);
    const pack = isMarked ? Buffer.concat([plain, randomBytes(16)]) : plain;
    const digest = isMarked ? await digestAside(pack) : plainDigest;
    await putWhole(storage, packName(digest), pack, { replaces: damaged.has(digest) });
    const stored = { pack: digest, bytes: pack.length, blobs: inside };
    journal.add(stored);
    sent.push(stored);
    tell((done += pack.length), of);
  };
  await inTurns(packsOf(left, options.store), send);
  await nameBlobs(options, [...resumed, ...sent], records);
  journal.clear();
  return {
    sent: missing.length,
    sentBytes: missing.reduce((sum, { bytes }) => sum + bytes, 0),
    known: blobs.length - missing.length,
  };
}

function missingBlobs(blobs: readonly PushedBlob[], index: RemoteIndex, unusable: ReadonlySet<Digest>): PushedBlob[] {
  const isThere = ({ digest }: PushedBlob): boolean =>
    index.placesOf(digest).some(({ pieces }) => pieces.every(({ pack }) => !unusable.has(pack)));
  const unique = new Map(blobs.map((blob) => [blob.digest, blob]));
  return [...unique.values()].filter((blob) => !isThere(blob)).sort((a, b) => byCodeUnit(a.digest, b.digest));
}

type PackSource = () => Promise<{ pack: Buffer; blobs: StoredPack['blobs'] }>;

/**
 * Small blobs in the order of their digests, so that a resumed push makes the same packs; then the pieces of large
 * ones.
 */
function* packsOf(blobs: readonly PushedBlob[], store: Store): Generator<PackSource> {
  let group: PushedBlob[] = [];
  let bytes = 0;
  for (const blob of blobs.filter((each) => each.bytes < PACK_BYTES)) {
    if (bytes + blob.bytes > PACK_BYTES) {
      yield packOf(group, store);
      [group, bytes] = [[], 0];
    }
    group.push(blob);
    bytes += blob.bytes;
  }
  if (group.length > 0) yield packOf(group, store);
  for (const blob of blobs.filter((each) => each.bytes >= PACK_BYTES)) yield* piecesOf(blob, store);
}

const packOf =
  (blobs: readonly PushedBlob[], store: Store): PackSource =>
  () => {
    let offset = 0;
    const parts = blobs.map((blob) => contentOf(blob, store));
    const inside = blobs.map(({ digest }, i) => {
      const length = parts[i]?.length ?? 0;
      offset += length;
      return [digest, length, offset - length, 0, length] as const;
    });
    return Promise.resolve({ pack: Buffer.concat(parts), blobs: inside });
  };

/** The digest of a large blob is checked by its reader; here each piece is sent as the store has it. */
function* piecesOf({ digest, bytes }: PushedBlob, store: Store): Generator<PackSource> {
  for (let start = 0, number = 0; start < bytes; start += PACK_BYTES, number++) {
    yield async () => {
      const end = Math.min(start + PACK_BYTES, bytes) - 1;
      const chunks: Buffer[] = [];
      for await (const chunk of createReadStream(store.pathOf(digest), { start, end, highWaterMark: 1 << 20 }))
        chunks.push(chunk as Buffer);
      return { pack: Buffer.concat(chunks), blobs: [[digest, bytes, 0, number, end - start + 1]] as const };
    };
  }
}

function contentOf({ digest, text }: PushedBlob, store: Store): Buffer {
  const content = text === undefined ? readFileSync(store.pathOf(digest)) : Buffer.from(text);
  if (digestOf(content) !== digest) throw new DamagedBlobError(digest, 'A file that the push needs', 'damaged');
  return content;
}

/** Some at a time; after a failure no other begins. */
async function inTurns<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !failed; next = iterator.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  const fault = ended.find((each) => each.status === 'rejected');
  if (fault) throw fault.reason;
}

/** Nothing to name: the remote has all of it already. */
async function nameBlobs(
  { storage, index }: PushOptions,
  packs: readonly StoredPack[],
  records: readonly IndexedRecord[],
): Promise<void> {
  const fresh = records.filter(([fingerprint, result]) => index.record(fingerprint, result) === undefined);
  if (packs.length === 0 && fresh.length === 0) return;
  const blobs = new Map<Digest, IndexedBlob & { readonly numbers: number[] }>();
  for (const { pack, blobs: inside } of packs)
    for (const [digest, size, offset, number, length] of inside) {
      const known = blobs.get(digest) ?? { bytes: size, pieces: [], numbers: [] };
      const piece = { pack, offset, length };
      blobs.set(digest, { bytes: size, pieces: [...known.pieces, piece], numbers: [...known.numbers, number] });
    }
  const content = {
    packs: packs.map(({ pack, bytes }) => ({ pack, bytes })),
    blobs: [...blobs].flatMap(([digest, { bytes, pieces, numbers }]) => {
      const sorted = pieces.map((piece, i) => ({ piece, at: numbers[i] ?? 0 })).sort((a, b) => a.at - b.at);
      const isWhole = sorted.reduce((sum, { piece }) => sum + piece.length, 0) === bytes;
      return isWhole ? [[digest, { bytes, pieces: sorted.map(({ piece }) => piece) }] as const] : [];
    }),
    records: fresh,
  };
  index.add(await putIndex(storage, content), content);
}
