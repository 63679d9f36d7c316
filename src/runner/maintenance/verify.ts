/** Reads every blob that results need and compares it with its digest. Changes nothing. */
import { statSync } from 'node:fs';
import pLimit from 'p-limit';
import { byCodeUnit } from '../../util/canonical-json.ts';
import type { Digest } from '../../util/digest.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { producedOrigins } from '../produced-origins.ts';
import type { Store } from '../store/store.ts';
import { blobReferencesOf, isDispensable, type BlobReference } from './references.ts';
import { at, entry } from '../../util/known.ts';

export interface DamagedBlob {
  readonly digest: Digest;
  readonly state: 'damaged' | 'absent';
  /** The results that need it, in the order of the instances. */
  readonly references: readonly BlobReference[];
  /** The instances that read it. */
  readonly readers: readonly InstanceId[];
}

export interface Verification {
  readonly results: number;
  readonly blobs: number;
  readonly bytes: number;
  readonly damages: readonly DamagedBlob[];
}

export interface VerifyProgress {
  readonly blobs: number;
  readonly bytes: number;
  readonly of: { readonly blobs: number; readonly bytes: number };
}

/** Reading a blob overlaps with hashing others; more at once would only make a disk seek. */
const AT_ONCE = 4;

export async function verifyRecords(
  store: Store,
  records: readonly RunRecord[],
  tell: (progress: VerifyProgress) => void,
): Promise<Verification> {
  const uses = new Map<Digest, BlobReference[]>();
  for (const reference of records.flatMap((record) => blobReferencesOf(record, store))) {
    const others = uses.get(reference.digest);
    if (others) others.push(reference);
    else uses.set(reference.digest, [reference]);
  }
  const sizes = new Map(
    [...uses.keys()].map((digest) => [digest, statSync(store.pathOf(digest), { throwIfNoEntry: false })?.size ?? 0]),
  );
  const of = { blobs: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) };
  const damages: DamagedBlob[] = [];
  const limit = pLimit(AT_ONCE);
  let [blobs, bytes] = [0, 0];
  await Promise.all(
    [...uses].map(([digest, references]) =>
      limit(async () => {
        const state = await store.check(digest);
        if (state !== 'intact' && !isNoLoss(state, references))
          damages.push({ digest, state, references: sorted(references), readers: readersOf(references, records) });
        [blobs, bytes] = [blobs + 1, bytes + entry(sizes, digest)];
        tell({ blobs, bytes, of });
      }),
    ),
  );
  return { results: records.length, ...of, damages: damages.sort((a, b) => byCodeUnit(placeOf(a), placeOf(b))) };
}

const isNoLoss = (state: DamagedBlob['state'], references: readonly BlobReference[]): boolean =>
  state === 'absent' && references.every(isDispensable);

function readersOf(references: readonly BlobReference[], records: readonly RunRecord[]): InstanceId[] {
  const made = new Set(
    references.flatMap(({ key, part }) => (part.kind === 'output' ? [`${key.fingerprint} ${part.output}`] : [])),
  );
  const readers = records.filter((record) =>
    producedOrigins(record).some(({ origin }) => made.has(`${origin.fingerprint} ${origin.output}`)),
  );
  return [...new Set(readers.map(({ instance }) => instance))].sort(byCodeUnit);
}

const sorted = (references: readonly BlobReference[]): BlobReference[] =>
  [...references].sort((a, b) => byCodeUnit(a.instance, b.instance));

function placeOf({ references, digest }: DamagedBlob): string {
  const { instance, part } = at(references, 0);
  return `${instance} ${part.kind === 'output' ? part.file : ''} ${digest}`;
}
