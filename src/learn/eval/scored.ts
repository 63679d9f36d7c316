/** A network's predictions for one subset of a data set. Every metric is computed from them. */
import type { Subset } from '../../formats/subset.ts';
import type { AnswerTable, Predictions } from './predictions.ts';
import { at } from '../../util/known.ts';

export interface ScoredPredictions {
  readonly classes: number;
  /** [N] */
  readonly labels: Int32Array;
  /** [N] */
  readonly predicted: Int32Array;
  /** Row-major [N, classes]; each row sums to 1. */
  readonly probabilities: Float64Array;
}

/** Images with labels of any kind. */
export interface ScoredImages {
  /** One for each image. */
  readonly labels: { readonly length: number };
}

/** [N]: the number of times that each image counts. All 1 for the metric itself; the counts of a resample otherwise. */
export type SampleWeights = Float64Array;

/**
 * A metric does the work that does not depend on weights (sorting, logarithms) once. Then it can be evaluated for many
 * weights: a bootstrap does so thousands of times. NaN if it is not defined for these images.
 */
export type Metric<Scored = ScoredPredictions> = (scored: Scored) => (weights: SampleWeights) => number;

export function uniformWeights(count: number): SampleWeights {
  return new Float64Array(count).fill(1);
}

export function scoredSubset(predictions: Predictions, subset: Subset): ScoredPredictions {
  const classes = predictions.classes.length;
  const rows = rowsOfSubset(predictions, subset);
  return {
    classes,
    labels: Int32Array.from(rows, (i) => at(predictions.images, i).label),
    predicted: Int32Array.from(rows, (i) => at(predictions.predicted, i)),
    probabilities: Float64Array.from(
      rows.flatMap((i) => Array.from(predictions.probabilities.subarray(i * classes, (i + 1) * classes))),
    ),
  };
}

/** Positions in the predictions, ascending. */
export function rowsOfSubset({ images }: AnswerTable, subset: Subset): number[] {
  return images.flatMap((image, i) => (image.subset === subset ? [i] : []));
}
