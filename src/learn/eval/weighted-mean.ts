import type { SampleWeights } from './scored.ts';

/** Mean of one value for each image. NaN without weight. */
export function weightedMean(values: ArrayLike<number>, weights: SampleWeights): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  return sum / total;
}
