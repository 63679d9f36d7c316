/** The executions that the end of a run waited for. */
import type { InstanceId } from '../../formats/identity.ts';
import type { PastInstance, PastRun } from '../../formats/past-run.ts';
import { last } from '../../util/known.ts';

/**
 * From the execution that ended last, back to the producer that ended last, and so on; the first to run comes first. A
 * fresh or restored instance takes no time itself; its own producers count instead.
 */
export function criticalPath({ instances }: PastRun): readonly PastInstance[] {
  /** The execution that each instance's end waited for. */
  const latest = new Map<InstanceId, PastInstance>();
  for (const instance of instances) {
    const last = instance.execution === undefined ? latestOf(instance.reads, latest) : instance;
    if (last !== undefined) latest.set(instance.id, last);
  }
  const path: PastInstance[] = [];
  for (let at = latestOf(latest.keys(), latest); at !== undefined; at = latestOf(at.reads, latest)) path.unshift(at);
  return path;
}

function latestOf(ids: Iterable<InstanceId>, latest: ReadonlyMap<InstanceId, PastInstance>): PastInstance | undefined {
  let found: PastInstance | undefined;
  for (const id of ids) {
    const candidate = latest.get(id);
    if (candidate !== undefined && (found === undefined || endOf(candidate) > endOf(found))) found = candidate;
  }
  return found;
}

/** Seconds after the start of the run; only for started instances. */
export function endOf({ execution }: PastInstance): number {
  const { start, seconds } = last(execution?.attempts ?? []);
  return start + seconds;
}
