/**
 * The contents of a remote, read from a few index objects. Each push adds one. They never change, so a copy in the
 * store serves the next command. Nothing lists all objects of a remote.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import pLimit from 'p-limit';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import { putWhole } from './put-whole.ts';
import { RemoteError } from './remote-error.ts';
import type { RemoteStorage } from './storage.ts';

/** A part of an object that holds many small blobs, or all of one that holds a piece of a large blob. */
export interface Piece {
  readonly pack: Digest;
  readonly offset: number;
  readonly length: number;
}

export interface IndexedBlob {
  readonly bytes: number;
  /** In order; one for a blob in a pack. */
  readonly pieces: readonly Piece[];
}

/** The record of a result: its fingerprint, the digest of its outputs, the blob with its text. */
export type IndexedRecord = readonly [fingerprint: string, result: string, blob: Digest];

export interface IndexContent {
  readonly packs: readonly { readonly pack: Digest; readonly bytes: number }[];
  readonly blobs: readonly (readonly [Digest, IndexedBlob])[];
  readonly records: readonly IndexedRecord[];
}

export const packName = (pack: Digest): string => `packs/${pack.slice(0, 2)}/${pack.slice(2)}`;
const indexName = (digest: Digest): string => `index/${digest}`;

const FORMAT = 1;

/** As it is stored: packs by number, to be small. */
interface StoredIndex {
  readonly format: number;
  readonly packs: readonly (readonly [Digest, number])[];
  /** Digest, size, and for each piece: number of the pack, offset, length. */
  readonly blobs: readonly (readonly [Digest, number, readonly number[]])[];
  readonly records: readonly IndexedRecord[];
}

/** Returns the name of the object. */
export async function putIndex(storage: RemoteStorage, content: IndexContent): Promise<string> {
  const numbers = new Map(content.packs.map(({ pack }, i) => [pack, i]));
  const stored: StoredIndex = {
    format: FORMAT,
    packs: content.packs.map(({ pack, bytes }) => [pack, bytes]),
    blobs: content.blobs.map(([digest, { bytes, pieces }]) => [
      digest,
      bytes,
      pieces.flatMap(({ pack, offset, length }) => [numbers.get(pack) ?? -1, offset, length]),
    ]),
    records: content.records,
  };
  const bytes = await promisify(gzip)(JSON.stringify(stored), { level: 1 });
  const name = indexName(digestOf(bytes));
  await putWhole(storage, name, bytes);
  return name;
}

async function parseIndex(bytes: Buffer, name: string): Promise<IndexContent> {
  if (indexName(digestOf(bytes)) !== name) throw new RemoteError(`${name} of the remote is damaged`);
  const stored = JSON.parse((await promisify(gunzip)(bytes)).toString()) as StoredIndex;
  if (stored.format !== FORMAT) throw new RemoteError(`${name} of the remote has another format`);
  const packs = stored.packs.map(([pack, size]) => ({ pack, bytes: size }));
  const piecesOf = (numbers: readonly number[]): Piece[] => {
    const pieces: Piece[] = [];
    for (let i = 0; i < numbers.length; i += 3) {
      const { pack } = packs[numbers[i] ?? -1] ?? {};
      if (pack === undefined) throw new RemoteError(`${name} of the remote names a pack that it does not list`);
      pieces.push({ pack, offset: numbers[i + 1] ?? 0, length: numbers[i + 2] ?? 0 });
    }
    return pieces;
  };
  const blobs = stored.blobs.map(
    ([digest, size, numbers]) => [digest, { bytes: size, pieces: piecesOf(numbers) }] as const,
  );
  return { packs, blobs, records: stored.records };
}

/** All index objects together. */
export class RemoteIndex {
  readonly #blobs = new Map<Digest, IndexedBlob[]>();
  readonly #packs = new Map<Digest, number>();
  readonly #records = new Map<string, Digest>();
  readonly #byFingerprint = new Map<string, string[]>();
  /** Names of the objects, and of those that cannot be read. */
  readonly objects: string[] = [];
  readonly damaged: string[] = [];

  /** @param cache folder for copies of index objects, in the store */
  static async read(storage: RemoteStorage, cache: string): Promise<RemoteIndex> {
    mkdirSync(cache, { recursive: true });
    const index = new RemoteIndex();
    const limit = pLimit(8);
    const listed = await storage.list('index');
    await Promise.all(
      listed.map(({ name }) =>
        limit(async () => {
          try {
            const content = await readIndex(storage, name, cache);
            if (content) index.add(name, content);
          } catch (error) {
            if (!(error instanceof RemoteError) || error.isTransient) throw error;
            index.damaged.push(name);
          }
        }),
      ),
    );
    return index;
  }

  add(name: string, { packs, blobs, records }: IndexContent): void {
    this.objects.push(name);
    for (const { pack, bytes } of packs) this.#packs.set(pack, bytes);
    for (const [digest, blob] of blobs) {
      const others = this.#blobs.get(digest);
      if (others) others.push(blob);
      else this.#blobs.set(digest, [blob]);
    }
    for (const [fingerprint, result, blob] of records) {
      this.#records.set(`${fingerprint}/${result}`, blob);
      this.#byFingerprint.set(fingerprint, [...(this.#byFingerprint.get(fingerprint) ?? []), result]);
    }
  }

  /** The places of a blob; two sites that pushed at once may have stored it twice. Empty: the remote lacks it. */
  placesOf(digest: Digest): readonly IndexedBlob[] {
    return this.#blobs.get(digest) ?? [];
  }

  /** The blob with the text of a record. */
  record(fingerprint: string, result: string): Digest | undefined {
    return this.#records.get(`${fingerprint}/${result}`);
  }

  /** Results of a fingerprint. */
  resultsOf(fingerprint: string): readonly string[] {
    return this.#byFingerprint.get(fingerprint) ?? [];
  }

  get packs(): ReadonlyMap<Digest, number> {
    return this.#packs;
  }

  get blobs(): ReadonlyMap<Digest, readonly IndexedBlob[]> {
    return this.#blobs;
  }

  get records(): IndexedRecord[] {
    return [...this.#records].map(([key, blob]) => {
      const [fingerprint = '', result = ''] = key.split('/');
      return [fingerprint, result, blob];
    });
  }
}

async function readIndex(storage: RemoteStorage, name: string, cache: string): Promise<IndexContent | undefined> {
  const copy = path.join(cache, name.slice('index/'.length));
  try {
    return await parseIndex(readFileSync(copy), name);
  } catch {
    // There is no copy, or it is damaged.
  }
  const bytes = await storage.get(name);
  if (bytes === undefined) return undefined; // removed meanwhile, and joined with others
  const content = await parseIndex(bytes, name);
  await writeFileAtomic(copy, bytes);
  return content;
}
