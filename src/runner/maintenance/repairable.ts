/** The damaged results that the current pipeline would make, so that a run makes exactly them again. */
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { Instance } from '../pipeline.ts';
import type { PlanEntry } from '../plan.ts';
import { producersOf } from '../execution/priorities.ts';

/**
 * @param entries the plan, made after damaged blobs went to quarantine; producers first
 * @param damaged fingerprints of the results that lack a blob
 * @param locked the fingerprint that the lockfile names for an instance
 */
export function findRepairable(
  entries: readonly PlanEntry[],
  damaged: ReadonlySet<Fingerprint>,
  locked: (id: InstanceId) => Fingerprint | undefined,
): { readonly instance: Instance; readonly fingerprint: Fingerprint }[] {
  const found: { instance: Instance; fingerprint: Fingerprint }[] = [];
  /** Their results are there, or will be again, as they were. */
  const asBefore = new Set<InstanceId>();
  for (const { instance, verdict } of entries) {
    if (verdict.kind === 'fresh' || verdict.kind === 'restore') asBefore.add(instance.id);
    if (verdict.kind !== 'run' || !producersOf(instance).every((id) => asBefore.has(id))) continue;
    // Not known: a producer must run first. Its result will be the old one, so the lockfile's entry still counts.
    const fingerprint =
      verdict.fingerprint ??
      (verdict.reasons.every(({ kind }) => kind === 'produced-will-change') ? locked(instance.id) : undefined);
    if (fingerprint === undefined || !damaged.has(fingerprint)) continue;
    asBefore.add(instance.id);
    found.push({ instance, fingerprint });
  }
  return found;
}
