import { confidences } from './calibration-error.ts';
import type { Metric } from './scored.ts';
import { weightedMean } from './weighted-mean.ts';

/**
 * Mean confidence minus accuracy ("calibration in the large"). Above 0, the network is surer than it is right. It is a
 * mean over images, so that its bootstrap interval is valid, unlike that of the calibration error.
 */
export const overconfidence: Metric = (scored) => {
  const excess = confidences(scored).map(
    (confidence, i) => confidence - (scored.predicted[i] === scored.labels[i] ? 1 : 0),
  );
  return (weights) => weightedMean(excess, weights);
};
