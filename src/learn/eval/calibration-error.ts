import type { Metric, ScoredPredictions } from './scored.ts';

export const CALIBRATION_BINS = 15;

/**
 * Expected calibration error (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, eq. 3): the distance
 * between confidence and accuracy, averaged over images by bins of equal width in the probability of the predicted
 * class. Bin m holds (m - 1) / 15 < p <= m / 15.
 */
export const expectedCalibrationError: Metric = (scored) => {
  const { labels, predicted } = scored;
  const confidence = confidences(scored);
  const bin = Int32Array.from(confidence, calibrationBin);
  return (weights) => {
    const gaps = new Float64Array(CALIBRATION_BINS); // weighted confidence minus weighted hits
    let total = 0;
    for (let i = 0; i < weights.length; i++) {
      const [own, weight] = [bin[i] ?? 0, weights[i] ?? 0];
      gaps[own] = (gaps[own] ?? 0) + weight * ((confidence[i] ?? 0) - (predicted[i] === labels[i] ? 1 : 0));
      total += weight;
    }
    return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total;
  };
};

/** [N]: the probability of the predicted class. */
export function confidences({ predicted, probabilities, classes }: ScoredPredictions): Float64Array {
  return Float64Array.from(predicted, (k, i) => probabilities[i * classes + k] ?? 0);
}

/** From 0. */
export function calibrationBin(confidence: number): number {
  return Math.min(CALIBRATION_BINS - 1, Math.max(0, Math.ceil(confidence * CALIBRATION_BINS) - 1));
}
