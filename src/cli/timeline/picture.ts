/** The data of the picture of a past run. */
import type { PastRun } from '../../formats/past-run.ts';
import type { Bar, TimelinePicture } from '../../report/standalone/index.ts';
import { duration } from '../text/duration.ts';
import {
  attemptNote,
  describeCriticalPath,
  executedInstances,
  runSubtitle,
  runTitle,
  type ExecutedInstance,
} from './run-text.ts';
import { at, entry } from '../../util/known.ts';

export function timelinePicture(run: PastRun): TimelinePicture {
  const executed = executedInstances(run);
  const bars: Bar[] = [];
  const barsOf = new Map<string, { readonly first: number; readonly last: number }>();
  for (const instance of executed) {
    const { attempts } = instance.execution;
    barsOf.set(instance.id, { first: bars.length, last: bars.length + attempts.length - 1 });
    bars.push(...attempts.map((_, index) => barOf(instance, index)));
  }
  const { path, text } = describeCriticalPath(run);
  return {
    title: runTitle(run),
    subtitle: runSubtitle(run),
    seconds: run.seconds,
    lanes: executed.reduce((lanes, { execution }) => Math.max(lanes, execution.lane + 1), 0),
    bars,
    criticalPath: path.map(({ id }) => entry(barsOf, id)),
    criticalText: text,
  };
}

function barOf(instance: ExecutedInstance, index: number): Bar {
  const { execution, id, stage, axes, ended } = instance;
  const { start, seconds, failure } = at(execution.attempts, index);
  const resources = Object.entries(execution.resources).map(([name, amount]) => `${name} ${amount}`);
  return {
    lane: execution.lane,
    start,
    seconds,
    name: id,
    shortName: Object.values(axes).join(', ') || stage,
    stage,
    ended:
      failure !== undefined
        ? 'failed'
        : ended === 'interrupted' && index === execution.attempts.length - 1
          ? 'interrupted'
          : 'done',
    note: [
      id,
      `${duration(start)} to ${duration(start + seconds)}, ${duration(seconds)}`,
      attemptNote(instance, index),
      ...resources,
    ].join('\n'),
  };
}
