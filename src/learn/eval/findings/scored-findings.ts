/** A network's answers on findings for one subset of a data set. Every metric is computed from them. */
import type { Subset } from '../../../formats/subset.ts';
import { at } from '../../../util/known.ts';
import type { FindingStates } from '../../dataset/findings.ts';
import { rank, type Rankings } from '../auc.ts';
import { rowsOfSubset } from '../scored.ts';
import type { FindingPredictions } from './predictions.ts';

export interface ScoredFindings {
  /** Number of findings. */
  readonly classes: number;
  /** [N] */
  readonly labels: readonly FindingStates[];
  /** Row-major [N, findings]. */
  readonly probabilities: Float64Array;
}

export function scoredFindings(predictions: FindingPredictions, subset: Subset): ScoredFindings {
  const classes = predictions.classes.length;
  const rows = rowsOfSubset(predictions, subset);
  return {
    classes,
    labels: rows.map((i) => at(predictions.images, i).label),
    probabilities: Float64Array.from(
      rows.flatMap((i) => Array.from(predictions.probabilities.subarray(i * classes, (i + 1) * classes))),
    ),
  };
}

/** One ranking for each finding, of the images whose label is known. */
export function rankFindings({ classes, labels, probabilities }: ScoredFindings): Rankings {
  return Array.from({ length: classes }, (_, k) =>
    rank(
      Float64Array.from(labels, (_states, i) => at(probabilities, i * classes + k)),
      (image) => labels[image]?.[k] === 1,
      (image) => labels[image]?.[k] !== -1,
    ),
  );
}

/** Calls `visit` for every label that is known: its image, its finding, its probability, and 1 or 0. */
export function forEachKnown(
  { classes, labels, probabilities }: ScoredFindings,
  visit: (answer: {
    readonly image: number;
    readonly finding: number;
    readonly p: number;
    readonly state: 0 | 1;
  }) => void,
): void {
  labels.forEach((states, image) => {
    states.forEach((state, finding) => {
      if (state !== -1) visit({ image, finding, p: at(probabilities, image * classes + finding), state });
    });
  });
}
