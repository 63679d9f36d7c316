import type { Metric } from './scored.ts';
import { weightedMean } from './weighted-mean.ts';

/** The share of images whose predicted class is the labelled one (`accuracy_score`). */
export const accuracy: Metric = ({ labels, predicted }) => {
  const hits = labels.map((label, i) => (predicted[i] === label ? 1 : 0));
  return (weights) => weightedMean(hits, weights);
};
