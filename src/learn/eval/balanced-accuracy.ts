import { confusionOf, countsByClass } from './confusion.ts';
import type { Metric } from './scored.ts';

/** Mean recall over the classes that have images (`balanced_accuracy_score`): chance is 1 / classes whatever the imbalance. */
export const balancedAccuracy: Metric = (scored) => (weights) => {
  const present = countsByClass(confusionOf(scored, weights), scored.classes).filter(({ labelled }) => labelled > 0);
  return present.reduce((sum, { hits, labelled }) => sum + hits / labelled, 0) / present.length;
};
