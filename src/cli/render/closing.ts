/** The block that ends a run: what was done and why, what failed and how to go on, where the results are. */
import type { RunSummary } from '../../runner/event.ts';
import { failureText } from '../failure.ts';
import { linesOf } from '../rows.ts';
import { rowsTable } from '../rows-table.ts';
import { count } from '../text/count.ts';
import { duration } from '../text/duration.ts';
import type { FailedInstance, Outcomes } from './outcomes.ts';
import type { View } from './renderer.ts';

const MOST_FAILURES = 5;
const MOST_LOG_LINES = 20;
const MOST_PUBLISHED = 5;

/** Writes the failures to the messages, and table and totals to the results. */
export function writeClosing(summary: RunSummary, outcomes: Outcomes, view: View): void {
  writeFailures(outcomes, view);
  const { results } = view.terminal;
  const rows = outcomes.rows();
  if (rows.length > 0) results.write(`\n${rowsTable(linesOf(rows), results, 'time').join('\n')}\n\n`);
  writeTotals(summary, view);
}

/** One or two lines: the totals and the published files. */
export function writeTotals(summary: RunSummary, { terminal }: View): void {
  const { results } = terminal;
  results.write(`${totalsText(summary)}\n`);
  const shown = summary.published.slice(0, MOST_PUBLISHED);
  const more = summary.published.length - shown.length;
  if (shown.length > 0) results.write(`Published: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}\n`);
}

export function totalsText({ outcome, seconds, counts }: RunSummary): string {
  const { fresh, restored, executed, failed, blocked, interrupted } = counts;
  const total = fresh + restored + executed + failed + blocked + interrupted;
  if (outcome === 'done' && fresh === total) return `Nothing to do: ${fresh} of ${total} up to date.`;
  const parts = [
    [executed, 'executed'],
    [restored, 'restored'],
    [fresh, 'up to date'],
    [failed, 'failed'],
    [blocked, 'blocked'],
    [interrupted, 'interrupted'],
  ] as const;
  const said = parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  const verb = { done: 'Done', failed: 'Failed', interrupted: 'Interrupted' }[outcome];
  return `${verb} after ${duration(seconds)}: ${said.join(', ') || 'nothing was started'}.`;
}

/** For each failure: what happened, the end of its log, where the whole log is and how to run it again. */
export function writeFailures({ failed }: Outcomes, view: View): void {
  for (const failure of failed.slice(0, MOST_FAILURES)) writeFailure(failure, view);
  const more = failed.length - MOST_FAILURES;
  if (more > 0) view.terminal.messages.write(`\nand ${count(more, 'more failure')}\n`);
}

function writeFailure({ id, failure, seconds, log, logTail }: FailedInstance, { terminal, path, rerun }: View): void {
  const { colors } = terminal.messages;
  const lines = [
    '',
    `${colors.red('FAILED')} ${colors.bold(id)} after ${duration(seconds)}: ${failureText(failure)}`,
    ...logTail.slice(-MOST_LOG_LINES).map((line) => `${colors.dim('  |')} ${line}`),
    ...(log === undefined ? [] : [`  log: ${path(log)}`]),
    `  run it again: ${rerun(id)}`,
  ];
  terminal.messages.write(`${lines.join('\n')}\n`);
}
