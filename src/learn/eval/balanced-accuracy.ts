import { confusionMatrix, countsByClass } from './confusion.ts';
import type { Metric } from './scored.ts';

/**
 * Mean recall over the classes that have images (`balanced_accuracy_score`): chance is 1 / classes for any imbalance.
 */
export const balancedAccuracy: Metric = (scored) => (weights) => {
  const present = countsByClass(confusionMatrix(scored, weights), scored.classes).filter(({ labeled }) => labeled > 0);
  return present.reduce((sum, { hits, labeled }) => sum + hits / labeled, 0) / present.length;
};
