/** Past runs, a line each. */
import type { PastRun } from '../../formats/past-run.ts';
import type { Stream } from '../terminal.ts';
import { duration } from '../text/duration.ts';
import { instant } from '../text/instant.ts';
import { table, type Cell } from '../text/table.ts';
import { countsText } from './counts.ts';
import { shortRunId } from './run-id.ts';

export function runsTable(runs: readonly PastRun[], stream: Stream): string[] {
  const { colors } = stream;
  const outcomeStyle = { done: colors.green, failed: colors.red, interrupted: colors.yellow };
  const layout = [
    { title: 'run' },
    { title: 'started' },
    { title: 'ended' },
    { title: 'time', align: 'right' as const },
    { title: 'instances' },
    { title: 'targets', fold: true },
  ];
  const rows = runs.map((run): Cell[] => [
    { text: shortRunId(run.id) },
    { text: instant(run.started) },
    { text: run.outcome, style: outcomeStyle[run.outcome] },
    { text: duration(run.seconds) },
    { text: countsText(run) },
    {
      text: [
        ...(run.pipeline === 'pipeline.json' ? [] : [`(${run.pipeline})`]),
        ...(run.targets.length === 0 ? ['all'] : run.targets),
      ].join(' '),
    },
  ]);
  return table(layout, rows, stream.columns(), colors.dim);
}
