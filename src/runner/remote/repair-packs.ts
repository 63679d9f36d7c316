/** Makes damaged packs of a remote again, byte for byte, from the blobs of the store: old results are repaired too. */
import { closeSync, openSync, readSync } from 'node:fs';
import { digestOf, type Digest } from '../../util/digest.ts';
import type { Fingerprint } from '../../formats/identity.ts';
import { formatRecord, type ResultId } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { packName, type RemoteIndex } from './remote-index.ts';
import type { RemoteStorage } from './storage.ts';

/** Returns the packs that could not be made: the store lacks some of their blobs. */
export async function repairPacks(
  damaged: ReadonlySet<Digest>,
  { storage, index, store }: { readonly storage: RemoteStorage; readonly index: RemoteIndex; readonly store: Store },
): Promise<Digest[]> {
  const left: Digest[] = [];
  for (const pack of damaged) {
    const content = await rebuilt(pack, index, store);
    if (content) await storage.put(packName(pack), content, { replaces: true });
    else left.push(pack);
  }
  return left;
}

async function rebuilt(pack: Digest, index: RemoteIndex, store: Store): Promise<Buffer | undefined> {
  const content = Buffer.alloc(index.packs.get(pack) ?? 0);
  for (const [digest, places] of index.blobs)
    for (const { pieces } of places) {
      let from = 0;
      for (const piece of pieces) {
        if (piece.pack === pack) {
          const part = await partOf(digest, from, piece.length, index, store);
          if (!part) return undefined;
          part.copy(content, piece.offset);
        }
        from += piece.length;
      }
    }
  return digestOf(content) === pack ? content : undefined;
}

async function partOf(
  digest: Digest,
  from: number,
  length: number,
  index: RemoteIndex,
  store: Store,
): Promise<Buffer | undefined> {
  if (store.look(digest) !== 'intact') {
    const key = index.records.find(([, , blob]) => blob === digest);
    const record = key && (await store.record({ fingerprint: key[0] as Fingerprint, result: key[1] as ResultId }));
    return record && Buffer.from(formatRecord(record)).subarray(from, from + length);
  }
  const part = Buffer.alloc(length);
  const descriptor = openSync(store.pathOf(digest), 'r');
  try {
    readSync(descriptor, part, 0, length, from);
  } finally {
    closeSync(descriptor);
  }
  return part;
}
