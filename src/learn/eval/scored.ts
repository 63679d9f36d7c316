/** One part of a data set as a network answered it: what every metric is computed from. */
import type { Part } from '../dataset/split-table.ts';
import type { Predictions } from './predictions.ts';

export interface Scored {
  readonly classes: number;
  /** [N] */
  readonly labels: Int32Array;
  /** [N] */
  readonly predicted: Int32Array;
  /** Row-major [N, classes]; each row sums to 1. */
  readonly probabilities: Float64Array;
}

/** [N]: how often each image counts. All 1 for the metric itself; whole numbers that say what a resample drew. */
export type Weights = Float64Array;

/**
 * A metric does once what does not depend on weights (sorting, logarithms), and then weighs as often as asked: a
 * bootstrap asks thousands of times. NaN where it is not defined for these images.
 */
export type Metric = (scored: Scored) => (weights: Weights) => number;

export function evenly(count: number): Weights {
  return new Float64Array(count).fill(1);
}

export function scoredPart(predictions: Predictions, part: Part): Scored {
  const classes = predictions.classes.length;
  const rows = rowsOf(predictions, part);
  return {
    classes,
    labels: Int32Array.from(rows, (i) => predictions.images[i]!.label),
    predicted: Int32Array.from(rows, (i) => predictions.predicted[i]!),
    probabilities: Float64Array.from(
      rows.flatMap((i) => Array.from(predictions.probabilities.subarray(i * classes, (i + 1) * classes))),
    ),
  };
}

/** Positions in the predictions, ascending. */
export function rowsOf({ images }: Predictions, part: Part): number[] {
  return images.flatMap((image, i) => (image.part === part ? [i] : []));
}
