/** The block at the end of a run: executions with reasons, failures with remedies, and the places of results. */
import type { RunSummary } from '../../formats/events.ts';
import type { Failure } from '../../formats/failure.ts';
import { failureText } from '../failure-text.ts';
import { linesOf } from '../rows.ts';
import { rowsTable } from '../rows-table.ts';
import { count } from '../text/count.ts';
import { duration } from '../text/duration.ts';
import type { FailedInstance, RunTable } from './run-table.ts';
import type { View } from './renderer.ts';
import { writeTotals } from './totals.ts';

const MOST_FAILURES = 5;
const MOST_LOG_LINES = 20;

/** Writes the failures to the messages, and table and totals to the results. */
export function writeClosing(summary: RunSummary, outcomes: RunTable, view: View): void {
  writeFailures(outcomes, view);
  const { results } = view.terminal;
  const rows = outcomes.rows();
  if (rows.length > 0) results.write(`\n${rowsTable(linesOf(rows), results, 'time').join('\n')}\n\n`);
  writeTotals(summary, view);
}

/** For each failure: its cause, the end of its log, the path of the whole log, and the command to run it again. */
export function writeFailures({ failed }: RunTable, view: View): void {
  for (const failure of failed.slice(0, MOST_FAILURES)) writeFailure(failure, view);
  const more = failed.length - MOST_FAILURES;
  if (more > 0) view.terminal.messages.write(`\nand ${count(more, 'more failure')}\n`);
}

function writeFailure({ id, failure, seconds, log, logTail }: FailedInstance, { terminal, path, rerun }: View): void {
  const { colors } = terminal.messages;
  const lines = [
    '',
    `${colors.red('FAILED')} ${colors.bold(id)} after ${duration(seconds)}: ${failureText(failure)}`,
    ...withoutMessage(logTail, failure)
      .slice(-MOST_LOG_LINES)
      .map((line) => `${colors.dim('  |')} ${line}`),
    ...(log === undefined ? [] : [`  log: ${path(log)}`]),
    `  run it again: ${rerun(id)}`,
  ];
  terminal.messages.write(`${lines.join('\n')}\n`);
}

/** The log of a stage that failed for its data ends with the message, which stands above already. */
function withoutMessage(logTail: readonly string[], failure: Failure): readonly string[] {
  const message = failure.kind === 'exit' ? (failure.message ?? '') : '';
  const lines = message.split('\n').length;
  return message !== '' && logTail.slice(-lines).join('\n') === message ? logTail.slice(0, -lines) : logTail;
}
