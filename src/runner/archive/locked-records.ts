/** The results that the lockfile names, as the store has them. */
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { Lockfile } from '../lockfile/lockfile.ts';
import { recordKeyOf } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { ArchiveError } from './archive-error.ts';

/** In the order of `ids`. Throws ArchiveError if the store lacks one. */
export async function lockedRecords(ids: readonly InstanceId[], lock: Lockfile, store: Store): Promise<RunRecord[]> {
  const found = await Promise.all(ids.map(async (id) => ({ id, record: await lockedRecord(id, lock, store) })));
  const lacking = found.filter(({ record }) => record === undefined).map(({ id }) => id);
  if (lacking.length > 0) {
    throw new ArchiveError(
      `${lacking.length} of ${ids.length} results are not in the store as the lockfile names them: ${lacking.slice(0, 3).join(', ')}${lacking.length > 3 ? ', ...' : ''}`,
      'Make them first: pipeline run',
    );
  }
  return found.flatMap(({ record }) => record ?? []);
}

async function lockedRecord(id: InstanceId, lock: Lockfile, store: Store): Promise<RunRecord | undefined> {
  const entry = lock.entries().get(id);
  return entry && (await store.record(recordKeyOf(entry)));
}
