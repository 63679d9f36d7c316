/** Series of metrics as curves: a panel for each metric of a stage, a line for each seed, and their mean. */
import { group } from 'd3-array';
import type { InstanceState } from '../state.ts';
import type { KnownSeries, Point } from './known-state.ts';

export interface CurvePanel {
  readonly key: string;
  readonly stage: string;
  readonly metric: string;
  readonly groups: readonly CurveGroup[];
}

/** Instances that differ in their seed only. */
export interface CurveGroup {
  /** The axes but the seed; empty: the stage has none. */
  readonly name: string;
  readonly seeds: readonly (readonly Point[])[];
  /** Over the seeds that have the step. */
  readonly mean: readonly Point[];
}

/** @param stages in the order of the plan */
export function curvePanels(
  stages: readonly string[],
  instances: readonly InstanceState[],
  known: readonly KnownSeries[],
): CurvePanel[] {
  const byId = new Map(instances.map((instance) => [instance.id, instance]));
  const drawn = known.flatMap((each) => {
    const instance = byId.get(each.instance);
    return instance === undefined || each.points.length === 0 ? [] : [{ series: each, instance }];
  });
  const panels = group(drawn, ({ instance, series: { metric } }) => JSON.stringify([instance.stage, metric]));
  return [...panels]
    .flatMap(([key, members]): CurvePanel[] => {
      const [first] = members;
      if (first === undefined) return [];
      const groups = group(members, ({ instance }) => groupName(instance));
      const drawnGroups = [...groups].map(([name, each]) =>
        groupOf(
          name,
          each.map((member) => member.series),
        ),
      );
      return [{ key, stage: first.instance.stage, metric: first.series.metric, groups: drawnGroups }];
    })
    .sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage) || rankOf(a.metric) - rankOf(b.metric));
}

function groupOf(name: string, members: readonly KnownSeries[]): CurveGroup {
  const seeds = members.map(({ points }) => points);
  return { name, seeds, mean: meanOf(seeds) };
}

function meanOf(seeds: readonly (readonly Point[])[]): readonly Point[] {
  if (seeds.length === 1) return seeds[0] ?? [];
  const byStep = new Map<number, { sum: number; count: number }>();
  for (const [step, value] of seeds.flat()) {
    const before = byStep.get(step) ?? { sum: 0, count: 0 };
    byStep.set(step, { sum: before.sum + value, count: before.count + 1 });
  }
  return [...byStep].sort(([a], [b]) => a - b).map(([step, { sum, count }]) => [step, sum / count]);
}

const isSeed = (axis: string): boolean => /seed$/i.test(axis);

const groupName = ({ axes }: InstanceState): string =>
  Object.entries(axes)
    .filter(([axis]) => !isSeed(axis))
    .map(([axis, value]) => (typeof value === 'string' ? value : `${axis} ${value}`))
    .join(', ');

/** The score that a reader looks for first comes first; the schedule of the learning rate comes last. */
const RANKS = [/^validation\/(auc|dice)$/, /^(validation\/)?loss$/, /^knn$/, /loss/, /accuracy|auc|dice|iou/];

function rankOf(metric: string): number {
  if (/learningRate/i.test(metric)) return RANKS.length + 1;
  const rank = RANKS.findIndex((pattern) => pattern.test(metric));
  return rank === -1 ? RANKS.length : rank;
}
