import type { SampleWeights } from './scored.ts';

/** Mean of one value for each image. NaN without weight. */
export function weightedMean(values: ArrayLike<number>, weights: SampleWeights): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += (weights[i] ?? 0) * (values[i] ?? 0);
    total += weights[i] ?? 0;
  }
  return sum / total;
}
