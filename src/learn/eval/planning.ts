/**
 * The size of a study that tells a difference. The variance of a difference has three parts: images i, seeds t / S, and
 * their interplay x / S, as in uncertainty.ts. i and x fall with the number of test groups.
 */
import { significant } from '../../util/number.ts';
import { at, entry } from '../../util/known.ts';
import type { Contrast } from './contrasts.ts';
import { byMetric } from './estimates.ts';
import { meanAndSd } from './mean-and-sd.ts';
import type { MetricList } from './metrics.ts';
import { uncertaintyOfDifference, varianceParts, type Uncertainty } from './uncertainty.ts';

interface Plan {
  /** The difference that the study as it is tells in 80 of 100 repetitions. */
  readonly detectable: number;
  /** Seeds that tell the difference with the test groups as they are; null: no number does, or more than the most. */
  readonly seeds: number | null;
  /** Test groups that tell it with the seeds as they are; null as above. */
  readonly groups: number | null;
}

export const MOST_SEEDS = 1000;
export const MOST_GROUPS = 1_000_000;

/** Quantiles of the normal distribution: an interval of 95 %, and a power of 80 %. */
const TWO_SIDED_95 = 1.959964;
const POWER_80 = 0.841621;

/** The metrics of shares, for which one `delta` has a meaning. */
const PLANNED = ['accuracy', 'balancedAccuracy', 'auc'];

/** The plan of each contrast, by metric; none with one seed. */
export function plansFor(
  contrasts: readonly Contrast[],
  uncertainties: ReadonlyMap<string, readonly Uncertainty[]>,
  metrics: MetricList<never>,
  delta: number,
) {
  const planned = metrics.flatMap((metric, m) => (PLANNED.includes(metric.name) ? [{ metric, m }] : []));
  return contrasts.flatMap(([model, against]) => {
    const plans = planned.map(({ m }) =>
      planFor(uncertaintyOfDifference(at(entry(uncertainties, model), m), at(entry(uncertainties, against), m)), delta),
    );
    const known = plans.flatMap((plan) => plan ?? []);
    if (known.length < plans.length || plans.length === 0) return [];
    const named = planned.map(({ metric }) => metric);
    return [{ model, against, metrics: byMetric(named, (_, i) => rounded(at(known, i))) }];
  });
}

function rounded({ detectable, seeds, groups }: Plan): Plan {
  return { detectable: significant(detectable), seeds, groups };
}

/**
 * Plans for intervals of 95 % that exclude 0 in 80 of 100 studies of the size, if the true difference is `delta`. Null
 * with one seed: the spread between trainings is unknown.
 */
export function planFor(difference: Uncertainty, delta: number): Plan | null {
  const seeds = difference.values.length;
  if (seeds < 2) return null;
  const { groups } = difference.influence;
  const { ofImages, ofInterplay } = varianceParts(difference);
  const betweenSeeds = meanAndSd(difference.values).sd ** 2;
  const ofTrainings = Math.max(0, betweenSeeds - ofInterplay);
  /** The difference that S seeds and G groups tell. */
  const detectable = (S: number, G: number) => {
    const common = (ofImages * groups) / G;
    const bySeeds = (ofTrainings + (ofInterplay * groups) / G) / S;
    return (studentFactor(common, bySeeds, S - 1) + POWER_80) * Math.sqrt(common + bySeeds);
  };
  return {
    detectable: detectable(seeds, groups),
    seeds: least(2, MOST_SEEDS, (S) => detectable(S, groups) <= delta),
    groups: least(2, MOST_GROUPS, (G) => detectable(seeds, G) <= delta),
  };
}

/** The least whole number from `low` to `high` for which a condition holds that holds for all greater ones. */
function least(low: number, high: number, holds: (value: number) => boolean): number | null {
  if (!holds(high)) return null;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** The half width of an interval in standard errors: the quantile of Student's distribution at .975. */
function studentFactor(common: number, bySeeds: number, degrees: number): number {
  if (!(bySeeds > 0)) return TWO_SIDED_95;
  const satterthwaite = (common + bySeeds) ** 2 / (bySeeds ** 2 / degrees);
  return studentQuantile(Math.sqrt(satterthwaite * degrees));
}

/** Quantiles at .975 for 1, 2, ... degrees of freedom (Fisher and Yates, table III). */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/** Linear between the entries of the table; beyond it, the first terms of the expansion in 1 / degrees. */
function studentQuantile(degrees: number): number {
  const z = TWO_SIDED_95;
  if (degrees >= STUDENT.length)
    return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
  const below = Math.max(1, Math.floor(degrees));
  return at(STUDENT, below - 1) + (degrees - below) * (at(STUDENT, below) - at(STUDENT, below - 1));
}
