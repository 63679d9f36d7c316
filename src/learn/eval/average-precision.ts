/**
 * Average precision, one class against the rest and the unweighted mean over classes, as scikit-learn's
 * `average_precision_score(average='macro')` has it: the precision at each threshold, weighted by the recall that the
 * threshold adds. It is not interpolated. A class without an image is left out of the mean.
 */
import { meanOverClasses, rankings, type Ranking } from './auc.ts';
import type { Metric } from './scored.ts';

export const averagePrecision: Metric = ({ probabilities, labels, classes }) => {
  const sorted = rankings(probabilities, labels, classes);
  return (weights) => meanOverClasses(sorted, weights, binaryAveragePrecision);
};

/** NaN for a class without an image. */
export function binaryAveragePrecision({ order, runEnds, flags }: Ranking, weights: Float64Array): number {
  let positives = 0;
  let all = 0;
  let sum = 0;
  // From the most to the least probable: each run of ties is one threshold.
  for (let run = runEnds.length - 1; run >= 0; run--) {
    let added = 0;
    for (let position = run === 0 ? 0 : (runEnds[run - 1] ?? 0); position < (runEnds[run] ?? 0); position++) {
      const image = order[position] ?? 0;
      if ((flags[position] ?? 0) >= 2) added += weights[image] ?? 0;
      all += weights[image] ?? 0;
    }
    positives += added;
    if (added > 0) sum += added * (positives / all);
  }
  return sum / positives;
}
