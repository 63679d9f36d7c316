/**
 * The objects that one network found, beside the true ones, image by image, and the metrics that are computed from
 * them.
 */
import type { BoxMetricName } from '../../../formats/detection-evaluation.ts';
import { at } from '../../../util/known.ts';
import type { MetricList } from '../metrics.ts';
import type { Metric } from '../scored.ts';
import { matchesOfClass, precisionOf, type DetectedImage } from './average-precision.ts';
import { isRightBox, relativeDistance, surestDistance } from './landmarks.ts';

/** In pixels of the pictures. */
export type ScoredBoxes = readonly DetectedImage[];

/** For each class: its objects are landmarks. Precisions and overlaps are those of boxes. */
type Kinds = readonly boolean[];

/** A score of one class in an image; null where the image does not define it. */
type ImageScore = (image: DetectedImage, of: number) => number | null;

/** The mean over images for each class, then over classes. A class without a score is left out; NaN if all are. */
const meanOverClasses =
  (classes: readonly number[], scoreOf: ImageScore): Metric<ScoredBoxes> =>
  (scored) => {
    const values = classes.map((of) => Float64Array.from(scored, (image) => scoreOf(image, of) ?? NaN));
    return (weights) => meanOfDefined(values.map((own) => weightedMean(own, weights)));
  };

/** Mean over classes. Images that are drawn twice count twice, as if they were two. */
const meanPrecision =
  (classes: readonly number[], overlaps: 'first' | 'all'): Metric<ScoredBoxes> =>
  (scored) => {
    const matched = classes.map((of) => matchesOfClass(scored, of, overlaps));
    return (weights) => meanOfDefined(matched.map((own) => precisionOf(own, weights) ?? NaN));
  };

const meanOfDefined = (values: readonly number[]): number => {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
};

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let [sum, all] = [0, 0];
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    sum += at(weights, i) * value;
    all += at(weights, i);
  });
  return sum / all;
}

/** Landmarks without boxes have distances in pixels alone. */
export function boxMetrics(isPoint: Kinds): MetricList<ScoredBoxes, BoxMetricName> {
  const all = isPoint.map((_, k) => k);
  const boxes = all.filter((k) => isPoint[k] === false);
  const within = { range: [0, 1], interval: true } as const;
  const distances = { range: [0, Infinity], interval: true } as const;
  const distance = { name: 'distance', metric: meanOverClasses(all, surestDistance), ...distances } as const;
  if (boxes.length === 0) return [distance];
  return [
    { name: 'ap50', metric: meanPrecision(boxes, 'first'), ...within },
    { name: 'ap50to95', metric: meanPrecision(boxes, 'all'), ...within },
    { name: 'rightBoxes', metric: meanOverClasses(boxes, isRightBox), ...within },
    distance,
    { name: 'relativeDistance', metric: meanOverClasses(all, relativeDistance), ...distances },
  ];
}
