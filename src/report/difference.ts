/** Paired differences between two models, whichever way round they were written. */
import type { Compared } from './compared.ts';
import type { Defined } from './study.ts';

export interface PairedDifference {
  readonly mean: Defined;
  readonly low: Defined;
  readonly high: Defined;
}

/** `model` minus `against`; null if the two were not compared. */
export function differenceOf(
  evaluation: Compared,
  model: string,
  against: string,
  metric: string,
): PairedDifference | null {
  const straight = evaluation.differences.find((pair) => pair.model === model && pair.against === against)?.metrics[
    metric
  ];
  if (straight !== undefined) return straight;
  const reversed = evaluation.differences.find((pair) => pair.model === against && pair.against === model)?.metrics[
    metric
  ];
  return reversed === undefined
    ? null
    : { mean: negated(reversed.mean), low: negated(reversed.high), high: negated(reversed.low) };
}

/**
 * True if the interval leaves open which model is better: it contains 0, is on the other side of 0 than the mean, or is
 * unknown.
 */
export function cannotTell({ mean, low, high }: PairedDifference): boolean {
  return mean === null || low === null || high === null || !((mean > 0 && low > 0) || (mean < 0 && high < 0));
}

function negated(value: Defined): Defined {
  return value === null ? null : 0 - value;
}
