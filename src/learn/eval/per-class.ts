import { binaryAuc, rankings } from './auc.ts';
import { binaryAveragePrecision } from './average-precision.ts';
import { confusionMatrix, countsByClass } from './confusion.ts';
import { uniformWeights, type ScoredPredictions } from './scored.ts';
import { at } from '../../util/known.ts';

export interface ClassScores {
  /** Images of the class. */
  readonly images: number;
  /** NaN for a class that was never predicted. */
  readonly precision: number;
  /** NaN for a class without images. */
  readonly recall: number;
  /** NaN for a class without labels and without predictions. */
  readonly f1: number;
  /** Against the rest; NaN for a class without images, or to which all belong. */
  readonly auc: number;
  /** Against the rest; NaN for a class without images. */
  readonly averagePrecision: number;
}

/** One row for each class, as `precision_recall_fscore_support` with `zero_division=nan`. */
export function scoresByClass(scored: ScoredPredictions): ClassScores[] {
  const { probabilities, labels, classes } = scored;
  const weights = uniformWeights(labels.length);
  const sorted = rankings(probabilities, labels, classes);
  return countsByClass(confusionMatrix(scored, weights), classes).map(({ labeled, predicted, hits }, k) => ({
    images: labeled,
    precision: hits / predicted,
    recall: hits / labeled,
    f1: (2 * hits) / (labeled + predicted),
    auc: binaryAuc(at(sorted, k), weights),
    averagePrecision: binaryAveragePrecision(at(sorted, k), weights),
  }));
}
