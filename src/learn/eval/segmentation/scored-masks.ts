/** The scores of one network's masks, image by image, and the metrics that are computed from them. */
import type { MaskMetricName } from '../../../formats/segmentation-evaluation.ts';
import { at } from '../../../util/known.ts';
import type { MetricList } from '../metrics.ts';
import type { Metric } from '../scored.ts';
import type { MaskScore } from './score.ts';

/** One list for each image: a score for each class without the background. */
export type ScoredMasks = readonly (readonly MaskScore[])[];

const SCORES: Readonly<Record<MaskMetricName, (score: MaskScore) => number | null>> = {
  dice: ({ dice }) => dice,
  iou: ({ iou }) => iou,
  nsd: ({ normalizedSurfaceDistance }) => normalizedSurfaceDistance,
  hd95: ({ hausdorff95 }) => hausdorff95,
};

export const maskScore = (metric: MaskMetricName, score: MaskScore): number | null => SCORES[metric](score);

/**
 * The mean over images for each class, then over classes. An image in which neither mask has a class has no score for
 * it; a class without a score is left out. NaN if all are.
 */
const meanOverClasses =
  (metric: MaskMetricName): Metric<ScoredMasks> =>
  (scored) => {
    const classes = scored[0]?.length ?? 0;
    const values = Array.from({ length: classes }, (_, k) =>
      Float64Array.from(scored, (scores) => maskScore(metric, at(scores, k)) ?? NaN),
    );
    return (weights) => {
      const means = values.map((own) => weightedMeanOf(own, weights)).filter((mean) => !Number.isNaN(mean));
      return means.reduce((sum, mean) => sum + mean, 0) / means.length;
    };
  };

/** Over the values that are defined. */
function weightedMeanOf(values: Float64Array, weights: Float64Array): number {
  let [sum, all] = [0, 0];
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    sum += at(weights, i) * value;
    all += at(weights, i);
  });
  return sum / all;
}

export const MASK_METRICS: MetricList<ScoredMasks, MaskMetricName> = [
  { name: 'dice', metric: meanOverClasses('dice'), range: [0, 1], interval: true },
  { name: 'iou', metric: meanOverClasses('iou'), range: [0, 1], interval: true },
  { name: 'nsd', metric: meanOverClasses('nsd'), range: [0, 1], interval: true },
  { name: 'hd95', metric: meanOverClasses('hd95'), range: [0, Infinity], interval: true },
];
