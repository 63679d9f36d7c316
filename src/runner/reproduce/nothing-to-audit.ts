import type { PlanEntry } from '../plan.ts';

/** Only an up-to-date or restorable instance has a result to compare with. */
export class NothingToAuditError extends Error {
  override name = 'NothingToAuditError';
  readonly entries: readonly PlanEntry[];

  constructor(entries: readonly PlanEntry[]) {
    super(`${entries.map(({ instance }) => instance.id).join(', ')}: no result to audit`);
    this.entries = entries;
  }
}
