/** The results in the store, and those that the lockfile names but the store lacks. */
import type { Fingerprint } from '../fingerprint.ts';
import type { InstanceId } from '../pipeline.ts';
import type { Lockfile } from '../lockfile/lockfile.ts';
import type { RunRecord } from '../record.ts';
import type { Store } from '../store/store.ts';

export interface FoundResults {
  readonly records: readonly RunRecord[];
  /** Fingerprints of records that cannot be read; they went to quarantine. */
  readonly unreadable: readonly Fingerprint[];
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
  const unreadable: Fingerprint[] = [];
  for (const fingerprint of await store.fingerprints()) {
    const record = await store.record(fingerprint);
    if (!record) unreadable.push(fingerprint);
    else if (wanted?.has(record.instance) ?? true) records.push(record);
  }
  const found = new Set([...records.map(({ fingerprint }) => fingerprint), ...unreadable]);
  const elsewhere = [...lock.entries()].flatMap(([id, { fingerprint }]) =>
    (wanted?.has(id) ?? true) && !found.has(fingerprint) ? [id] : [],
  );
  return { records, unreadable, elsewhere };
}
