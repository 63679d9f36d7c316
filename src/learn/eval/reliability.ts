/** Reliability diagrams: how often is a network right when it is so sure? Bins as in the calibration error. */
import { calibrationBin, CALIBRATION_BINS, confidences } from './calibration-error.ts';
import type { ScoredPredictions } from './scored.ts';
import { at } from '../../util/known.ts';

export interface ReliabilityBin {
  /** The bin holds low < confidence <= high. */
  readonly low: number;
  readonly high: number;
  /** The number of images over all seeds. */
  readonly images: number;
  /** Means over the bin's images; NaN for an empty bin. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** `bySeed`: the same images as each seed's network answered them; all answers are counted together. */
export function reliabilityBins(bySeed: readonly ScoredPredictions[]): ReliabilityBin[] {
  const images = new Float64Array(CALIBRATION_BINS);
  const sure = new Float64Array(CALIBRATION_BINS);
  const right = new Float64Array(CALIBRATION_BINS);
  for (const scored of bySeed) {
    confidences(scored).forEach((confidence, i) => {
      const bin = calibrationBin(confidence);
      images[bin] = (images[bin] ?? 0) + 1;
      sure[bin] = (sure[bin] ?? 0) + confidence;
      if (scored.predicted[i] === scored.labels[i]) right[bin] = (right[bin] ?? 0) + 1;
    });
  }
  return Array.from(images, (count, bin) => ({
    low: bin / CALIBRATION_BINS,
    high: (bin + 1) / CALIBRATION_BINS,
    images: count,
    confidence: at(sure, bin) / count,
    accuracy: at(right, bin) / count,
  }));
}
