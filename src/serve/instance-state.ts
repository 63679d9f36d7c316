/** The state of an instance, from the plan of now and from the runs that had to do with it. */
import type { PlanEntry } from '../runner/plan.ts';
import type { FollowedInstance, FollowedRun } from './followed-run.ts';
import type { InstanceState, Status } from './state.ts';

export interface PlannedInstance {
  readonly entry: PlanEntry;
  /** When the plan was begun. Milliseconds since the epoch. */
  readonly at: number;
}

interface Told {
  readonly run: FollowedRun;
  readonly instance: FollowedInstance;
}

/** @param runs all that planned it */
export function instanceState(
  study: number,
  planned: PlannedInstance | undefined,
  runs: readonly Told[],
): InstanceState | undefined {
  const facts = planned?.entry.instance ?? runs[0]?.instance.planned;
  if (facts === undefined) return undefined;
  const told = decisive(planned, runs);
  const expected = planned?.entry.expectedSeconds ?? told?.instance.planned.expectedSeconds;
  const { id, stage, axes } = facts;
  return {
    ...{ study, id, stage, axes },
    status: told?.instance.status ?? plannedStatus(planned?.entry.verdict.kind),
    ...(expected !== undefined && { expectedSeconds: expected }),
    ...(told !== undefined && toldFacts(told)),
  };
}

function toldFacts({ run, instance }: Told): Partial<InstanceState> {
  const { started, seconds, attempt, resumed, progress, note } = instance;
  return {
    ...(started !== undefined && { started, run: run.id }),
    ...(seconds !== undefined && { seconds }),
    ...(attempt !== undefined && { attempt }),
    ...(resumed !== undefined && { resumed }),
    ...(progress !== undefined && { progress }),
    ...(note !== undefined && { note }),
  };
}

/** The run whose word counts; undefined: the plan's. */
function decisive(planned: PlannedInstance | undefined, runs: readonly Told[]): Told | undefined {
  const newestFirst = [...runs].sort((a, b) => b.instance.at - a.instance.at);
  const active = newestFirst.find(({ run, instance }) => run.state === 'running' && isActive(instance.status));
  if (active !== undefined) return active;
  const newest =
    newestFirst.find(({ run, instance }) => run.state === 'running' && instance.status !== 'waiting') ??
    newestFirst.find(({ instance }) => instance.status !== 'waiting');
  if (newest === undefined || planned === undefined) return newest;
  const isPlanNewer = planned.at > newest.instance.at;
  const { kind } = planned.entry.verdict;
  // An attempt that failed is worth to be seen until there is a result, or another attempt.
  const isSettled = newest.instance.status === 'done' || kind === 'fresh';
  return isPlanNewer && isSettled && (kind === 'fresh') !== (newest.instance.status === 'done') ? undefined : newest;
}

const isActive = (status: Status): boolean => status === 'running' || status === 'retrying';

function plannedStatus(verdict: PlanEntry['verdict']['kind'] | undefined): Status {
  if (verdict === 'fresh') return 'done';
  return verdict === 'blocked' ? 'blocked' : 'waiting';
}
