/** The end of a run, as the plain and the live renderer print it. */
import type { RunSummary } from '../../formats/events.ts';
import type { RunTable } from './run-table.ts';
import type { View } from './renderer.ts';
import { writeTotals } from './totals.ts';

/** Measuring text for a table costs 25 ms to load, which a run with nothing to do does not need. */
export async function writeEnd(summary: RunSummary, outcomes: RunTable, view: View): Promise<void> {
  if (outcomes.rows().length === 0) writeTotals(summary, view);
  else (await import('./closing.ts')).writeClosing(summary, outcomes, view);
}
