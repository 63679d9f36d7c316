/** The records of the store by instance and stage. Read at most once per command, and only when something will run. */
import type { Instance, InstanceId } from '../pipeline.ts';
import type { RunRecord } from '../record.ts';
import type { Store } from '../store/store.ts';

export interface History {
  latest(id: InstanceId): RunRecord | undefined;
  /** Seconds that this instance took last, or else the mean of its stage's last executions. */
  expectedSeconds(instance: Instance): number | undefined;
}

/** How many of a stage's executions count: code and data change, and old durations say little. */
const RECENT = 5;

export async function readHistory(store: Store): Promise<History> {
  const latest = new Map<InstanceId, RunRecord>();
  const stages = new Map<string, RunRecord[]>();
  for (const fingerprint of await store.fingerprints()) {
    const record = await store.record(fingerprint);
    if (!record) continue;
    const other = latest.get(record.instance);
    if (!other || other.execution.started < record.execution.started) latest.set(record.instance, record);
    const stage = stages.get(record.stage);
    if (stage) stage.push(record);
    else stages.set(record.stage, [record]);
  }
  return {
    latest: (id) => latest.get(id),
    expectedSeconds(instance) {
      const own = latest.get(instance.id);
      if (own) return own.execution.seconds;
      const recent = (stages.get(instance.stage) ?? []).sort((a, b) => (a.execution.started < b.execution.started ? 1 : -1)).slice(0, RECENT);
      return recent.length === 0 ? undefined : recent.reduce((sum, record) => sum + record.execution.seconds, 0) / recent.length;
    },
  };
}
