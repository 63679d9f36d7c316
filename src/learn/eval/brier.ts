import type { Metric } from './scored.ts';
import { weightedMean } from './weighted-mean.ts';
import { at } from '../../util/known.ts';

/**
 * Mean squared distance between the probabilities and the one-hot label, summed over classes as Brier (1950) has it:
 * from 0 to 2, also for two classes (`brier_score_loss(scale_by_half=False)`).
 */
export const brierScore: Metric = ({ labels, probabilities, classes }) => {
  const distances = Float64Array.from(labels, (label, i) => {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += (at(probabilities, i * classes + k) - (k === label ? 1 : 0)) ** 2;
    return sum;
  });
  return (weights) => weightedMean(distances, weights);
};
