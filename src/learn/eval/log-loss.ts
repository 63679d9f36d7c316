import type { Metric } from './scored.ts';
import { weightedMean } from './weighted-mean.ts';
import { at } from '../../util/known.ts';

/**
 * A probability of exactly 0 would cost infinitely much; scikit-learn clips at the spacing of float64, and so is it
 * here.
 */
const SMALLEST = Number.EPSILON;

/** Mean negative log-likelihood of the labeled class, in nats: the cross-entropy loss (`log_loss`). */
export const logLoss: Metric = ({ labels, probabilities, classes }) => {
  const losses = Float64Array.from(
    labels,
    (label, i) => -Math.log(Math.min(1 - SMALLEST, Math.max(SMALLEST, at(probabilities, i * classes + label)))),
  );
  return (weights) => weightedMean(losses, weights);
};
