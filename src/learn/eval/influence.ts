/**
 * The number of groups that decide a value. A percentile interval holds the truth as often as it says only if many
 * groups move the value: the bootstrap cannot know of images that the test set lacks.
 */
import { at } from '../../util/known.ts';
import { uniformWeights, type Metric } from './scored.ts';

export interface Influence {
  /** [blocks]: the change of a value, mean over seeds, when one block of groups is left out. */
  readonly changes: Float64Array;
  readonly groups: number;
}

/** Above this number, groups are left out in blocks: their number is beyond doubt then. */
const MOST_BLOCKS = 100;
const NORMAL_KURTOSIS = 3;
/** Smaller changes come from the rounding of sums. */
const ROUNDING = 1e-12;

/**
 * The influence of every block of groups on each metric.
 * @param bySeed the test subset as each seed's network answered it, over the same images in the same order
 * @param groupOf [N], the group of each image, from 0
 */
export function influencesOf<Scored>(
  metrics: readonly Metric<Scored>[],
  bySeed: readonly Scored[],
  groupOf: Int32Array,
): Influence[] {
  const groups = groupOf.reduce((most, group) => Math.max(most, group), -1) + 1;
  const blocks = Math.min(groups, MOST_BLOCKS);
  const weights = uniformWeights(groupOf.length);
  return metrics.map((metric) => {
    const prepared = bySeed.map((scored) => metric(scored));
    const value = () => prepared.reduce((sum, weigh) => sum + weigh(weights), 0) / prepared.length;
    const whole = value();
    const changes = Float64Array.from({ length: blocks }, (_, block) => {
      groupOf.forEach((group, image) => {
        weights[image] = group % blocks === block ? 0 : 1;
      });
      const change = value() - whole;
      weights.fill(1);
      return change;
    });
    return { changes, groups };
  });
}

export function influenceOfDifference(a: Influence, b: Influence): Influence {
  return { ...a, changes: a.changes.map((change, block) => change - at(b.changes, block)) };
}

/**
 * The effective number of groups behind a value: the number of groups divided by the kurtosis of their changes (fourth
 * moment by squared variance). n groups that all change the value by the same amount, up or down, count n; for an
 * accuracy close to 1 it is about the number of groups with errors. 0 if nothing changes the value.
 */
export function decidingGroups({ changes, groups }: Influence): number {
  const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length;
  let [second, fourth] = [0, 0];
  for (const change of changes) {
    const square = (change - mean) ** 2;
    second += square / changes.length;
    fourth += square ** 2 / changes.length;
  }
  if (!(second > ROUNDING ** 2)) return 0;
  // The kurtosis of a sum of b independent changes is closer to that of the normal distribution by the factor b.
  const excess = (groups / changes.length) * (fourth / second ** 2 - NORMAL_KURTOSIS);
  return groups / Math.max(1, NORMAL_KURTOSIS + excess);
}
