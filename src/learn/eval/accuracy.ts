import type { Metric } from './scored.ts';
import { weightedMean } from './weighted-mean.ts';

/** The share of images whose predicted class is the labeled one (`accuracy_score`). */
export const accuracyMetric: Metric = ({ labels, predicted }) => {
  const hits = labels.map((label, i) => (predicted[i] === label ? 1 : 0));
  return (weights) => weightedMean(hits, weights);
};
