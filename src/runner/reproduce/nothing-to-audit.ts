import type { PlanEntry } from '../plan.ts';

/** Only what is up to date, or can be restored, has something to be compared with. */
export class NothingToAuditError extends Error {
  override name = 'NothingToAuditError';
  readonly entries: readonly PlanEntry[];

  constructor(entries: readonly PlanEntry[]) {
    super(`${entries.map(({ instance }) => instance.id).join(', ')}: no result to audit`);
    this.entries = entries;
  }
}
