/** Notes the packs that a push has stored, so that a push that was ended in the middle continues. */
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../util/digest.ts';
import { textIfThere } from '../../util/if-there.ts';
import { packName } from './remote-index.ts';
import type { RemoteStorage } from './storage.ts';

export interface StoredPack {
  readonly pack: Digest;
  readonly bytes: number;
  /** Digest and size of each blob; offset, number and length of its piece in the pack. */
  readonly blobs: readonly (readonly [Digest, bytes: number, offset: number, piece: number, length: number])[];
}

export class PushJournal {
  readonly #file: string;

  /** @param notes folder in the store with the notes about the remote */
  constructor(notes: string) {
    this.#file = path.join(notes, 'push');
  }

  /** The packs of an unfinished push that the remote really holds. A large blob counts if all its pieces are there. */
  async resume(storage: RemoteStorage, unusable: ReadonlySet<Digest>): Promise<StoredPack[]> {
    const packs: StoredPack[] = [];
    const seen = new Set<Digest>();
    for (const line of textIfThere(this.#file).split('\n')) {
      const pack = parse(line);
      if (!pack || seen.has(pack.pack) || unusable.has(pack.pack)) continue;
      seen.add(pack.pack);
      if ((await storage.size(packName(pack.pack))) === pack.bytes) packs.push(pack);
    }
    // A pack of small blobs covers its own.
    return packs.filter(({ blobs }) =>
      blobs.every(([digest, bytes, , , length]) => length === bytes || isCovered(digest, bytes, packs)),
    );
  }

  add(pack: StoredPack): void {
    mkdirSync(path.dirname(this.#file), { recursive: true });
    appendFileSync(this.#file, `${JSON.stringify(pack)}\n`);
  }

  clear(): void {
    rmSync(this.#file, { force: true });
  }
}

/** A line that a killed push left unfinished is none. */
function parse(line: string): StoredPack | undefined {
  try {
    return JSON.parse(line) as StoredPack;
  } catch {
    return undefined;
  }
}

/** A large blob has one piece in each of several packs. */
function isCovered(digest: Digest, bytes: number, packs: readonly StoredPack[]): boolean {
  const lengths = packs.flatMap(({ blobs }) =>
    blobs.flatMap(([each, , , , length]) => (each === digest ? [length] : [])),
  );
  return lengths.reduce((sum, length) => sum + length, 0) >= bytes;
}
