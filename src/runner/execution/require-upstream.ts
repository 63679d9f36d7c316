/** A run that begins in the middle uses the existing results before it. It cannot begin if they are missing. */
import type { InstanceId } from '../../formats/identity.ts';
import type { Plan, PlanEntry } from '../plan.ts';

/** An instance before the beginning of a run would have to run first. */
export class ProducersNotReadyError extends Error {
  override name = 'ProducersNotReadyError';
  /** Producers first. */
  readonly entries: readonly PlanEntry[];

  constructor(entries: readonly PlanEntry[]) {
    super(`${entries.map(({ instance }) => instance.id).join(', ')} would have to run first`);
    this.entries = entries;
  }
}

/** Throws ProducersNotReadyError if a given instance is not up to date and its result is not in the store. */
export function requireUpstreamReady({ entries }: Plan, given: ReadonlySet<InstanceId>): void {
  const lacking = entries.filter(
    ({ instance, verdict }) => given.has(instance.id) && (verdict.kind === 'run' || verdict.kind === 'blocked'),
  );
  if (lacking.length > 0) throw new ProducersNotReadyError(lacking);
}
