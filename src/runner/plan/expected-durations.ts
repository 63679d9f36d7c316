/** The records of the store by instance and stage. Read at most once per command, and only when something will run. */
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { Instance } from '../pipeline.ts';
import type { Store } from '../store/store.ts';

export interface ExpectedDurations {
  /**
   * Seconds that this instance took last, or else the mean of its stage's last executions.
   * @param own the fingerprint that the lockfile names: another pipeline file may have an instance of the same name.
   */
  secondsOf(instance: Instance, own: Fingerprint | undefined): number | undefined;
}

/** The number of a stage's executions that count. Code and data change, so old durations mean little. */
const RECENT = 5;

export async function readExpectedDurations(store: Store): Promise<ExpectedDurations> {
  const byFingerprint = new Map<Fingerprint, RunRecord>();
  const latest = new Map<InstanceId, RunRecord>();
  const stages = new Map<string, RunRecord[]>();
  for (const key of await store.recordKeys()) {
    const record = await store.record(key);
    if (!record) continue;
    keepNewest(byFingerprint, key.fingerprint, record);
    keepNewest(latest, record.instance, record);
    const stage = stages.get(record.stage);
    if (stage) stage.push(record);
    else stages.set(record.stage, [record]);
  }
  return {
    secondsOf(instance, own) {
      const last = (own && byFingerprint.get(own)) ?? latest.get(instance.id);
      if (last) return last.execution.seconds;
      const recent = (stages.get(instance.stage) ?? [])
        .sort((a, b) => (a.execution.started < b.execution.started ? 1 : -1))
        .slice(0, RECENT);
      return recent.length === 0
        ? undefined
        : recent.reduce((sum, record) => sum + record.execution.seconds, 0) / recent.length;
    },
  };
}

function keepNewest<K>(records: Map<K, RunRecord>, key: K, record: RunRecord): void {
  const other = records.get(key);
  if (!other || other.execution.started < record.execution.started) records.set(key, record);
}
