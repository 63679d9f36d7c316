/** The outcome of an instance in a run, and the summary of all. */
import type { Outcome } from '../../formats/past-run.ts';
import type { RunSummary } from '../../formats/events.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { Plan } from '../plan.ts';

export type Outcomes = ReadonlyMap<InstanceId, Outcome>;

/** Its outputs are there, as the pipeline now wants them. */
export const hasOutputs = (outcome: Outcome | undefined): boolean =>
  outcome === 'fresh' || outcome === 'restored' || outcome === 'executed';

interface RunEnd {
  readonly outcomes: Outcomes;
  readonly aborted: boolean;
  readonly seconds: number;
  readonly unpublished: readonly string[];
}

export function summarize({ entries }: Plan, { outcomes, aborted, seconds, unpublished }: RunEnd): RunSummary {
  const count = (outcome: Outcome): number => [...outcomes.values()].filter((each) => each === outcome).length;
  const notStarted = count('not-started');
  const submitted = count('submitted');
  const counts = {
    fresh: count('fresh'),
    restored: count('restored'),
    executed: count('executed'),
    failed: count('failed'),
    blocked: count('blocked') + (aborted || submitted > 0 ? 0 : notStarted),
    interrupted: count('interrupted') + (aborted ? notStarted : 0),
    ...(submitted > 0 && { submitted }),
  };
  const there = entries.filter(({ instance }) => hasOutputs(outcomes.get(instance.id)));
  const published = there.flatMap(({ instance, unpublished: planned }) => {
    const left = [...unpublished, ...planned.flatMap(({ path, cause }) => (cause === 'not-in-store' ? [path] : []))];
    return Object.values(instance.outputs).flatMap(({ publish }) =>
      publish === undefined || left.includes(publish) ? [] : [publish],
    );
  });
  return { outcome: outcomeOf(counts, unpublished), seconds, counts, published, unpublished };
}

/** An interruption that came too late to interrupt anything is none. */
function outcomeOf(
  { failed, blocked, interrupted }: RunSummary['counts'],
  unpublished: readonly string[],
): RunSummary['outcome'] {
  if (interrupted > 0) return 'interrupted';
  return failed + blocked + unpublished.length > 0 ? 'failed' : 'done';
}
