/** Digests every file of a listing whose facts are new. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LimitFunction } from 'p-limit';
import type { Digest } from '../../util/digest.ts';
import { digestOfFile, digestOfSmallFile, SMALL_FILE_BYTES } from '../../util/digest-file.ts';
import { ENTRY_KINDS, FACTS, type Listing } from './listing.ts';
import { isSettled } from './stat.ts';
import { treeOf, type TreeEntry } from './tree.ts';
import { at } from '../../util/known.ts';

/** The cached facts of a folder; `digests` holds 32 bytes for each name of the listing. */
export interface FolderFact {
  readonly names: string;
  readonly facts: BigInt64Array;
  readonly digests: Uint8Array;
  readonly digest: Digest;
  readonly bytes: number;
}

interface ReadOptions {
  /** Digests of an earlier listing. */
  readonly old: FolderFact | undefined;
  /** Of the listing, by the slowest clock of its devices. */
  readonly time: bigint;
  /** Bounds how many large files are read at once. */
  readonly limit: LimitFunction;
}

/** Blocking reads of small files go this long before others get a turn. */
const SLICE_MS = 50;
const DIGEST_BYTES = 32;

/**
 * Facts that cannot be trusted next time are not kept.
 * @param pathOf the path of the file at an index of the listing
 */
export async function digestListing(
  listing: Listing,
  pathOf: (i: number) => string,
  { old, time, limit }: ReadOptions,
): Promise<FolderFact> {
  const digests = new Uint8Array(DIGEST_BYTES * listing.names.length);
  const facts = listing.facts.slice();
  const cached = cachedDigests(old, listing);
  const large: Promise<void>[] = [];
  let pause = performance.now() + SLICE_MS;
  const keep = (i: number, digest: Digest) => {
    digests.set(Buffer.from(digest, 'hex'), DIGEST_BYTES * i);
  };
  for (let i = 0; i < listing.names.length; i++) {
    if (kindAt(listing, i) === 'folder') continue;
    const known = cached(i);
    if (known) {
      digests.set(known, DIGEST_BYTES * i);
      continue;
    }
    if (!isSettled(timesAt(facts, i), time)) distrust(facts, i);
    const file = pathOf(i);
    if (sizeAt(listing, i) <= SMALL_FILE_BYTES) keep(i, digestOfSmallFile(file));
    else
      large.push(
        limit(async () => {
          keep(i, await digestOfFile(file));
        }),
      );
    if (performance.now() > pause) {
      await nextTurn();
      pause = performance.now() + SLICE_MS;
    }
  }
  await Promise.all(large);
  const tree = treeOf(entriesOf(listing, digests));
  return { names: namesOf(listing), facts, digests, digest: tree.digest, bytes: tree.bytes };
}

/** Nothing has changed since the facts were taken. */
export function isSameListing(old: FolderFact, listing: Listing): boolean {
  return old.names === namesOf(listing) && sameNumbers(old.facts, listing.facts);
}

export function entriesOf(listing: Listing, digests: Uint8Array): TreeEntry[] {
  const hex = Buffer.from(digests.buffer, digests.byteOffset, digests.byteLength).toString('hex');
  return listing.names.map((name, i) => {
    const kind = kindAt(listing, i);
    return {
      name,
      kind,
      bytes: Number(sizeAt(listing, i)),
      digest: kind === 'folder' ? '' : (hex.slice(64 * i, 64 * (i + 1)) as Digest),
    };
  });
}

/** The kept digest of the file at an index of the listing; undefined if it is new or its facts have changed. */
function cachedDigests(old: FolderFact | undefined, listing: Listing): (i: number) => Uint8Array | undefined {
  if (old === undefined) return () => undefined;
  const earlier = new Map(old.names.split('\0').map((name, i) => [name, i]));
  return (i) => {
    const j = earlier.get(listing.names[i] ?? '');
    if (j === undefined || !sameNumbers(factsAt(old.facts, j), factsAt(listing.facts, i))) return undefined;
    return old.digests.subarray(DIGEST_BYTES * j, DIGEST_BYTES * (j + 1));
  };
}

const namesOf = ({ names }: Listing): string => names.join('\0');

const factsAt = (facts: BigInt64Array, i: number): BigInt64Array => facts.subarray(FACTS * i, FACTS * (i + 1));

const sizeAt = ({ facts }: Listing, i: number): bigint => at(facts, FACTS * i);

const timesAt = (facts: BigInt64Array, i: number) => ({
  mtimeNs: at(facts, FACTS * i + 1),
  ctimeNs: at(facts, FACTS * i + 2),
});

/** No file has this ctime, so the file is read again next time. */
function distrust(facts: BigInt64Array, i: number): void {
  facts[FACTS * i + 2] = -1n;
}

function kindAt({ facts }: Listing, i: number) {
  return at(ENTRY_KINDS, Number(at(facts, FACTS * i + FACTS - 1)));
}

function sameNumbers(a: BigInt64Array, b: BigInt64Array): boolean {
  return (
    a.length === b.length &&
    Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))
  );
}
