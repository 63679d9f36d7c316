/** A past run as what the picture of it is drawn from. */
import type { PastRun } from '../../runner/history/past-run.ts';
import type { Bar, TimelinePicture } from '../../report/standalone/index.ts';
import { duration } from '../text/duration.ts';
import { attemptNote, criticalOf, executedOf, subtitleOf, titleOf, type Executed } from './words.ts';

export function timelinePicture(run: PastRun): TimelinePicture {
  const executed = executedOf(run);
  const bars: Bar[] = [];
  /** Where the bars of each instance begin; its last attempt is the one that others waited for. */
  const lastBar = new Map<string, number>();
  for (const instance of executed) {
    bars.push(...instance.execution.attempts.map((_, index) => barOf(instance, index)));
    lastBar.set(instance.id, bars.length - 1);
  }
  const { path, text } = criticalOf(run);
  return {
    title: titleOf(run),
    subtitle: subtitleOf(run),
    seconds: run.seconds,
    lanes: executed.reduce((lanes, { execution }) => Math.max(lanes, execution.lane + 1), 0),
    bars,
    criticalPath: path.map(({ id }) => lastBar.get(id)!),
    criticalText: text,
  };
}

function barOf(instance: Executed, index: number): Bar {
  const { execution, id, stage, ended } = instance;
  const { start, seconds, failure } = execution.attempts[index]!;
  const resources = Object.entries(execution.resources).map(([name, amount]) => `${name} ${amount}`);
  return {
    lane: execution.lane,
    start,
    seconds,
    name: id,
    stage,
    ended: failure !== undefined ? 'failed' : ended === 'interrupted' && index === execution.attempts.length - 1 ? 'interrupted' : 'done',
    note: [id, `${duration(start)} to ${duration(start + seconds)}, ${duration(seconds)}`, attemptNote(instance, index), ...resources].join('\n'),
  };
}
