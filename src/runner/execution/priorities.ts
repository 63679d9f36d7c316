/** The consumers of each instance, and the order of starts. */
import type { InstanceId } from '../../formats/identity.ts';
import type { Instance } from '../pipeline.ts';
import type { PlanEntry } from '../plan.ts';

export function producersOf({ inputs }: Pick<Instance, 'inputs'>): InstanceId[] {
  const producers = Object.values(inputs).flatMap((input) =>
    input.kind === 'output'
      ? [input.producer]
      : input.kind === 'gather'
        ? input.members.map(({ producer }) => producer)
        : [],
  );
  return [...new Set(producers)];
}

/** The duration of a stage that never ran; any other guess would be as arbitrary. */
const UNKNOWN_SECONDS = 1;

/**
 * Seconds from the start of each instance to the end of the longest chain that waits for it. `entries`: producers
 * first.
 */
export function priorities(entries: readonly PlanEntry[]): ReadonlyMap<InstanceId, number> {
  const urgency = new Map<InstanceId, number>();
  const behind = new Map<InstanceId, number>();
  for (const { instance, verdict, expectedSeconds } of entries.toReversed()) {
    const own = verdict.kind === 'run' ? (expectedSeconds ?? UNKNOWN_SECONDS) : 0;
    const whole = own + (behind.get(instance.id) ?? 0);
    urgency.set(instance.id, whole);
    for (const producer of producersOf(instance)) behind.set(producer, Math.max(behind.get(producer) ?? 0, whole));
  }
  return urgency;
}
