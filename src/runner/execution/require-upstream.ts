/** A run that begins in the middle takes what comes before as it is, and cannot begin where that is not there. */
import type { InstanceId } from '../pipeline.ts';
import type { Plan, PlanEntry } from '../plan.ts';

/** What comes before the beginning of a run would itself have to run first. */
export class ProducersNotReadyError extends Error {
  override name = 'ProducersNotReadyError';
  /** Producers first. */
  readonly entries: readonly PlanEntry[];

  constructor(entries: readonly PlanEntry[]) {
    super(`${entries.map(({ instance }) => instance.id).join(', ')} would have to run first`);
    this.entries = entries;
  }
}

/** Throws ProducersNotReadyError where something given is neither up to date nor in the store. */
export function requireUpstreamReady({ entries }: Plan, given: ReadonlySet<InstanceId>): void {
  const lacking = entries.filter(
    ({ instance, verdict }) => given.has(instance.id) && (verdict.kind === 'run' || verdict.kind === 'blocked'),
  );
  if (lacking.length > 0) throw new ProducersNotReadyError(lacking);
}
