/** Intervals and p-values of one bootstrap: both say the same about 0. */
import { percentileInterval, type ConfidenceInterval, type Replicates } from './bootstrap.ts';
import { decidingGroups } from './influence.ts';
import { roundsOf, type Uncertainty } from './uncertainty.ts';

/**
 * No interval is given for a value that fewer groups decide. docs/evaluation.md has the simulations behind the number:
 * below it, fewer than 93 of 100 intervals of 95 % held the truth in some of them.
 */
export const LEAST_DECIDING_GROUPS = 8;

/** Metrics that average over classes rest on the rarest one. */
const BY_CLASS: readonly string[] = ['balancedAccuracy', 'auc', 'averagePrecision', 'macroF1'];
const LEAST_GROUPS_OF_A_CLASS = 5;

/** False if the metric is a mean over classes, and a class has few test groups. @param groups of each class */
export function hasGroups(metric: string, groups: readonly number[]): boolean {
  return !BY_CLASS.includes(metric) || groups.every((count) => count === 0 || count >= LEAST_GROUPS_OF_A_CLASS);
}

/** True if enough groups decide the value for an interval. */
export function isSupported({ influence }: Uncertainty): boolean {
  return decidingGroups(influence) >= LEAST_DECIDING_GROUPS;
}

/** The percentile interval within the range of the metric; [NaN, NaN] where too few groups decide the value. */
export function supportedInterval(value: Uncertainty, level: number, range?: ConfidenceInterval): ConfidenceInterval {
  return isSupported(value) ? percentileInterval(roundsOf(value), level, range) : [NaN, NaN];
}

/**
 * Two-sided p-value of "the difference is 0": twice the share of rounds on the rarer side of 0, never below
 * 2 / (rounds + 1). It is at most 1 - level exactly if the interval of that level excludes 0. NaN where the difference
 * has no interval.
 */
export function pValueOf(difference: Uncertainty): number {
  const rounds: Replicates = roundsOf(difference).filter((value) => !Number.isNaN(value));
  if (rounds.length === 0 || !isSupported(difference)) return NaN;
  const count = (keep: (value: number) => boolean) => rounds.reduce((sum, value) => sum + (keep(value) ? 1 : 0), 0);
  const rarer = Math.min(
    count((value) => value <= 0),
    count((value) => value >= 0),
  );
  return Math.min(1, (2 * (rarer + 1)) / (rounds.length + 1));
}

/**
 * Holm's step-down adjustment (S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979): with it, the
 * chance that any true null hypothesis of the family is rejected stays below the level. NaN stays NaN and does not
 * count.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const tested = pValues.flatMap((p, i) => (Number.isNaN(p) ? [] : [{ p, i }])).sort((a, b) => a.p - b.p || a.i - b.i);
  const adjusted = pValues.map(() => NaN);
  let greatest = 0;
  tested.forEach(({ p, i }, position) => {
    greatest = Math.max(greatest, Math.min(1, (tested.length - position) * p));
    adjusted[i] = greatest;
  });
  return adjusted;
}
