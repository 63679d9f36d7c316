/** A past run as a table, with a bar for each execution. */
import type { PastRun } from '../../formats/past-run.ts';
import type { Stream } from '../terminal.ts';
import { duration } from '../text/duration.ts';
import { table, type Cell } from '../text/table.ts';
import { truncate } from '../text/width.ts';
import {
  attemptNote,
  describeCriticalPath,
  executedInstances,
  runSubtitle,
  runTitle,
  type ExecutedInstance,
} from './run-text.ts';
import { at } from '../../util/known.ts';

const MOST_ROWS = 40;
const LONGEST_NAME = 48;
const BAR_CELLS = 32;

export function timelineText(run: PastRun, stream: Stream): string[] {
  const { colors } = stream;
  const executed = executedInstances(run);
  const { path, text } = describeCriticalPath(run);
  const critical = new Set(path.map(({ id }) => id));
  const head = [colors.bold(runTitle(run)), runSubtitle(run), ''];
  if (executed.length === 0) return [...head, 'Nothing was executed.'];
  const shown = longest(executed);
  const layout = [
    { title: 'instance' },
    { title: 'ended' },
    { title: 'start', align: 'right' as const },
    { title: 'time', align: 'right' as const },
    { title: '' },
  ];
  const rows = shown.map((instance): Cell[] => {
    const { execution, id, ended } = instance;
    return [
      { text: truncate(id, LONGEST_NAME) },
      {
        text: attemptNote(instance, execution.attempts.length - 1),
        style: ended === 'executed' ? colors.green : ended === 'failed' ? colors.red : colors.yellow,
      },
      { text: duration(at(execution.attempts, 0).start) },
      { text: duration(timeOf(instance)) },
      { text: bar(instance, run.seconds), ...(critical.has(id) && { style: colors.bold }) },
    ];
  });
  const left = executed.length - shown.length;
  return [
    ...head,
    ...table(layout, rows, stream.columns(), colors.dim),
    ...(left > 0 ? [`and ${left} shorter ones`] : []),
    '',
    `${text}: ${path.map(({ id }) => id).join(' -> ')}`,
  ];
}

/** Still in the order of their start. */
function longest(executed: readonly ExecutedInstance[]): readonly ExecutedInstance[] {
  const kept = new Set([...executed].sort((a, b) => timeOf(b) - timeOf(a)).slice(0, MOST_ROWS));
  return executed.filter((instance) => kept.has(instance));
}

const timeOf = ({ execution }: ExecutedInstance): number =>
  execution.attempts.reduce((sum, { seconds }) => sum + seconds, 0);

/** A cell is drawn if any attempt ran in it. */
function bar({ execution }: ExecutedInstance, whole: number): string {
  const perCell = Math.max(whole, 0.001) / BAR_CELLS;
  return Array.from({ length: BAR_CELLS }, (_, cell) => {
    const [from, to] = [cell * perCell, (cell + 1) * perCell];
    return execution.attempts.some(({ start, seconds }) => start < to && start + seconds > from) ? '█' : '·';
  }).join('');
}
