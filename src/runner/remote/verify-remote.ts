/** Reads every pack of a remote and compares it with its digest. Changes nothing on the remote. */
import pLimit from 'p-limit';
import { digestOf, type Digest } from '../../util/digest.ts';
import type { Remote } from './open-remote.ts';
import { packName } from './remote-index.ts';
import { noteDamagedPacks } from './remote-notes.ts';

export interface RemoteVerification {
  readonly packs: number;
  readonly bytes: number;
  readonly damaged: readonly { readonly pack: Digest; readonly state: 'damaged' | 'absent' }[];
  /** Names of index objects that cannot be read. */
  readonly damagedIndex: readonly string[];
  /** Blobs in damaged packs that the remote holds nowhere else. */
  readonly lost: number;
}

/** The damaged packs are noted: the next push stores their blobs anew. */
export async function verifyRemote(
  { storage, index, notes }: Remote,
  tell: (bytes: number, of: number) => void,
): Promise<RemoteVerification> {
  const of = [...index.packs.values()].reduce((sum, bytes) => sum + bytes, 0);
  const limit = pLimit(4);
  const damaged: { pack: Digest; state: 'damaged' | 'absent' }[] = [];
  let done = 0;
  await Promise.all(
    [...index.packs].map(([pack, bytes]) =>
      limit(async () => {
        const content = await storage.get(packName(pack));
        if (content === undefined) damaged.push({ pack, state: 'absent' });
        else if (digestOf(content) !== pack) damaged.push({ pack, state: 'damaged' });
        tell((done += bytes), of);
      }),
    ),
  );
  await noteDamagedPacks(
    notes,
    damaged.map(({ pack }) => pack),
  );
  const bad = new Set(damaged.map(({ pack }) => pack));
  const lost = [...index.blobs.values()].filter((places) =>
    places.every(({ pieces }) => pieces.some(({ pack }) => bad.has(pack))),
  );
  return { packs: index.packs.size, bytes: of, damaged, damagedIndex: index.damaged, lost: lost.length };
}
