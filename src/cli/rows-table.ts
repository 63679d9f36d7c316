/** The table that `status`, a dry run and the end of a run share: stage, status, reason, time. */
import type { Colors } from './colors.ts';
import { reasonLines } from './reason-text.ts';
import type { TableLine, Status } from './rows.ts';
import type { Stream } from './terminal.ts';
import { duration } from './text/duration.ts';
import { table, type Cell } from './text/table.ts';

const MOST_REASONS = 4;

/**
 * @param timeTitle the meaning of the last column: `time`, or `expected`. The column is left out if no time is known.
 */
export function rowsTable(lines: readonly TableLine[], stream: Stream, timeTitle: string): string[] {
  const timed = lines.some((line) => line.seconds !== undefined);
  const layout = [
    { title: 'stage' },
    { title: 'status' },
    { title: 'reason', fold: true },
    ...(timed ? [{ title: timeTitle, align: 'right' as const }] : []),
  ];
  const cells = lines.map((line): Cell[] => [
    { text: line.label },
    { text: line.status, style: statusStyle(line.status, stream.colors) },
    { text: line.because === undefined ? reasonLines(line.reasons, MOST_REASONS).join('\n') : `needs ${line.because}` },
    ...(timed ? [{ text: line.seconds === undefined ? '' : duration(line.seconds) }] : []),
  ]);
  return table(layout, cells, stream.columns(), stream.colors.dim);
}

function statusStyle(status: Status, colors: Colors): (text: string) => string {
  switch (status) {
    case 'up to date':
    case 'done':
      return colors.green;
    case 'restore':
    case 'restored':
    case 'submitted':
      return colors.cyan;
    case 'run':
    case 'interrupted':
    case 'blocked':
      return colors.yellow;
    case 'failed':
      return colors.red;
  }
}
