/** The contents of an archive of results: their records and those behind them, all their outputs, and their code. */
import { statSync } from 'node:fs';
import type { Digest } from '../../util/digest.ts';
import { blobReferencesOf, isDispensable } from '../maintenance/references.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { Lockfile } from '../lockfile/lockfile.ts';
import { producedOrigins, producerRecord } from '../produced-origins.ts';
import { recordKeyOf } from '../store/record-file.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import type { Store } from '../store/store.ts';
import { lockedRecords } from './locked-records.ts';

export interface ArchiveContents {
  /** The results that were asked for. */
  readonly chosen: readonly RunRecord[];
  /** The chosen ones and those behind them, producers first. */
  readonly records: readonly RunRecord[];
  readonly blobs: readonly { readonly digest: Digest; readonly bytes: number }[];
}

/** Throws ArchiveError if the store lacks a requested result, DamagedBlobError if it lacks a part of one. */
export async function archiveContentsOf(
  ids: readonly InstanceId[],
  lock: Lockfile,
  store: Store,
): Promise<ArchiveContents> {
  const chosen = await lockedRecords(ids, lock, store);
  const records = await withAncestors(chosen, store);
  return {
    chosen,
    records,
    blobs: unique([...blobsOf(records, store), ...seriesOf(records, store)]),
  };
}

/** An ancestor without a record or without all outputs in the store is left out: no restored result needs it. */
async function withAncestors(chosen: readonly RunRecord[], store: Store): Promise<RunRecord[]> {
  const nameOf = (record: RunRecord): string => Object.values(recordKeyOf(record)).join();
  const own = new Set(chosen.map(nameOf));
  const seen = new Set<string>();
  const records: RunRecord[] = [];
  const visit = async (record: RunRecord): Promise<void> => {
    if (seen.has(nameOf(record))) return;
    seen.add(nameOf(record));
    for (const origin of producedOrigins(record)) {
      const producer = await producerRecord(store, origin);
      if (producer && (own.has(nameOf(producer)) || isComplete(producer, store))) await visit(producer);
    }
    records.push(record);
  };
  for (const record of chosen) await visit(record);
  return records;
}

const isComplete = (record: RunRecord, store: Store): boolean =>
  needed(record, store).every((digest) => store.look(digest) === 'intact');

/** Not the names of the data's files, which may be those of patients: only `why` would read them. */
function needed(record: RunRecord, store: Store): Digest[] {
  return blobReferencesOf(record, store).flatMap((each) => (isDispensable(each) ? [] : [each.digest]));
}

const unique = (blobs: ArchiveContents['blobs']): ArchiveContents['blobs'] => [
  ...new Map(blobs.map((blob) => [blob.digest, blob])).values(),
];

/** The series of metrics that the store still has. */
function seriesOf(records: readonly RunRecord[], store: Store): ArchiveContents['blobs'] {
  return records.flatMap(({ execution: { series } }) => {
    const isHere = series !== undefined && store.look(series.digest, series.bytes) === 'intact';
    return isHere ? [{ digest: series.digest, bytes: series.bytes }] : [];
  });
}

function blobsOf(records: readonly RunRecord[], store: Store): { digest: Digest; bytes: number }[] {
  const digests = new Set(records.flatMap((record) => needed(record, store)));
  return [...digests].sort().map((digest) => {
    const stat = statSync(store.pathOf(digest), { throwIfNoEntry: false });
    if (!stat) throw new DamagedBlobError(digest, 'A file that the archive needs', 'absent');
    return { digest, bytes: stat.size };
  });
}
