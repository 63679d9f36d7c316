/** The results in the store, and those that the lockfile names but the store lacks. */
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { Lockfile } from '../lockfile/lockfile.ts';
import { recordKeyOf, type RecordKey } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';

export interface FoundResults {
  readonly records: readonly RunRecord[];
  /** Records that cannot be read. */
  readonly unreadable: readonly RecordKey[];
  /** The lockfile names their results, and the store has no record of them: made elsewhere, or deleted here. */
  readonly elsewhere: readonly InstanceId[];
}

/** @param wanted undefined: of every pipeline that ever used the store */
export async function findResults(
  store: Store,
  lock: Lockfile,
  wanted: ReadonlySet<InstanceId> | undefined,
): Promise<FoundResults> {
  const records: RunRecord[] = [];
  const unreadable: RecordKey[] = [];
  const found = new Set<string>();
  for (const key of await store.recordKeys()) {
    const record = await store.record(key);
    found.add(nameOf(key));
    if (!record) unreadable.push(key);
    else if (wanted?.has(record.instance) ?? true) records.push(record);
  }
  const elsewhere = [...lock.entries()].flatMap(([id, entry]) =>
    (wanted?.has(id) ?? true) && !found.has(nameOf(recordKeyOf(entry))) ? [id] : [],
  );
  return { records, unreadable, elsewhere };
}

const nameOf = ({ fingerprint, result }: RecordKey): string => `${fingerprint}/${result}`;
