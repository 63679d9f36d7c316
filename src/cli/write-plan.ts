/** A plan as a table, for `status` and for a dry run. */
import type { Plan, PlanEntry } from '../runner/plan.ts';
import { linesOf, type TableRow } from './rows.ts';
import type { Stream } from './terminal.ts';
import { duration } from './text/duration.ts';

const STATUS = { fresh: 'up to date', restore: 'restore', run: 'run', blocked: 'blocked' } as const;

/** The table is printed only if an instance is not up to date, because loading it costs 25 ms. */
export async function writePlan({ entries }: Plan, stream: Stream): Promise<void> {
  if (entries.some(({ verdict }) => verdict.kind !== 'fresh')) {
    const { rowsTable } = await import('./rows-table.ts');
    stream.write(`${rowsTable(linesOf(entries.map(rowOf)), stream, 'expected').join('\n')}\n\n`);
  }
  stream.write(`${totals(entries)}\n`);
}

function rowOf({ instance, verdict, expectedSeconds }: PlanEntry): TableRow {
  const expected = verdict.kind === 'run' && expectedSeconds !== undefined ? { seconds: expectedSeconds } : {};
  return {
    instance,
    status: STATUS[verdict.kind],
    reasons: verdict.kind === 'fresh' ? [] : verdict.reasons,
    ...expected,
  };
}

/** `28 of 33 up to date, 5 to run, about 4m 10s of work.` The expected time is printed only if all of it is known. */
function totals(entries: readonly PlanEntry[]): string {
  const of = (kind: keyof typeof STATUS): PlanEntry[] => entries.filter(({ verdict }) => verdict.kind === kind);
  const running = of('run');
  const expected = running.flatMap(({ expectedSeconds }) => expectedSeconds ?? []);
  const parts = [
    `${of('fresh').length} of ${entries.length} up to date`,
    ...(running.length > 0 ? [`${running.length} to run`] : []),
    ...(of('restore').length > 0 ? [`${of('restore').length} to restore`] : []),
    ...(of('blocked').length > 0 ? [`${of('blocked').length} blocked`] : []),
    ...(running.length > 0 && expected.length === running.length
      ? [`about ${duration(expected.reduce((sum, seconds) => sum + seconds))} of work`]
      : []),
  ];
  return `${parts.join(', ')}.`;
}
