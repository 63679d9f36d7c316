/** The facts of a past run that its picture and its text share. */
import { criticalPath, endOf } from '../../runner/history/critical-path.ts';
import type { PastInstance, PastRun } from '../../formats/past-run.ts';
import { failureText } from '../failure-text.ts';
import { countsText } from '../history/counts.ts';
import { shortRunId } from '../history/run-id.ts';
import { duration } from '../text/duration.ts';
import { instant } from '../text/instant.ts';
import { at } from '../../util/known.ts';

export interface ExecutedInstance extends PastInstance {
  readonly execution: NonNullable<PastInstance['execution']>;
}

/** In the order in which they were started. */
export function executedInstances({ instances }: PastRun): ExecutedInstance[] {
  const executed = instances.filter((instance): instance is ExecutedInstance => instance.execution !== undefined);
  return executed.sort((a, b) => at(a.execution.attempts, 0).start - at(b.execution.attempts, 0).start);
}

export function runTitle({ id, pipeline, targets }: PastRun): string {
  return `Run ${shortRunId(id)} of ${pipeline}${targets.length === 0 ? '' : `: ${targets.join(' ')}`}`;
}

/** `2026-11-23 03:40 UTC on host: done in 1m 20s; 7 executed, 3 up to date; 1.8 at the same time on average`. */
export function runSubtitle(run: PastRun): string {
  const busy = executedInstances(run)
    .flatMap(({ execution }) => execution.attempts)
    .reduce((sum, { seconds }) => sum + seconds, 0);
  const together =
    run.seconds > 0 && busy > 0 ? `; ${(busy / run.seconds).toFixed(1)} at the same time on average` : '';
  return `${instant(run.started)} on ${run.host}: ${run.outcome} after ${duration(run.seconds)}; ${countsText(run)}${together}`;
}

/** The critical path and its duration. No number of processors could make the run shorter. */
export function describeCriticalPath(run: PastRun): { readonly path: readonly PastInstance[]; readonly text: string } {
  const path = criticalPath(run);
  const seconds = path.reduce(
    (sum, instance) => sum + endOf(instance) - at(instance.execution?.attempts ?? [], 0).start,
    0,
  );
  return {
    path,
    text:
      path.length === 0 ? 'nothing was executed' : `critical path: ${duration(seconds)} of ${duration(run.seconds)}`,
  };
}

/** `failed: exit 3`, `done, second attempt`: how an attempt went. */
export function attemptNote({ ended, execution }: ExecutedInstance, index: number): string {
  const { failure, resumed } = at(execution.attempts, index);
  const last = index === execution.attempts.length - 1;
  const end =
    failure !== undefined
      ? `failed: ${at(failureText(failure).split('\n', 1), 0)}`
      : last && ended !== 'executed'
        ? ended
        : 'done';
  return [
    ...(execution.attempts.length > 1 ? [`attempt ${index + 1}`] : []),
    end,
    ...(resumed ? ['from a checkpoint'] : []),
  ].join(', ');
}
