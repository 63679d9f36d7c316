/** The results of instances that the store still holds, and the changes between them. */
import type { PastResult } from '../results.ts';
import type { Input } from '../pipeline.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { Store } from '../store/store.ts';
import { differences, type Lookups } from '../plan/compare.ts';
import { at } from '../../util/known.ts';

/** The newest first. */
export async function pastResults(ids: ReadonlySet<InstanceId>, store: Store, lookups: Lookups): Promise<PastResult[]> {
  const records: RunRecord[] = [];
  for (const key of await store.recordKeys()) {
    const record = await store.record(key);
    if (record !== undefined && ids.has(record.instance)) records.push(record);
  }
  records.sort((a, b) => (a.execution.started < b.execution.started ? -1 : 1));
  const before = new Map<InstanceId, RunRecord>();
  const results = records.map((record): PastResult => {
    const last = before.get(record.instance);
    before.set(record.instance, record);
    return {
      record,
      changes: last === undefined ? [] : differences({ inputs: inputsOf(record) }, last, record, lookups),
    };
  });
  return results.reverse();
}

/** The inputs as they were then: the pipeline file may define others by now. */
function inputsOf({ identity, origins }: RunRecord): Record<string, Input> {
  return Object.fromEntries(
    Object.entries(identity.inputs).map(([name, input]): [string, Input] => {
      const all = origins[name] ?? [];
      const first = all[0];
      if (input.kind === 'gather') {
        const members = all.flatMap((origin, i) =>
          origin.kind === 'run'
            ? [{ producer: origin.instance, output: origin.output, axes: at(input.members, i).axes }]
            : [],
        );
        return [name, { kind: 'gather', members }];
      }
      if (first === undefined) return [name, { kind: 'none' }];
      if (first.kind === 'run') return [name, { kind: 'output', producer: first.instance, output: first.output }];
      return [
        name,
        first.glob ? { kind: 'glob', pattern: first.path } : { kind: 'path', path: first.path, optional: false },
      ];
    }),
  );
}
