import { confusionOf, countsByClass } from './confusion.ts';
import type { Metric } from './scored.ts';

/**
 * Unweighted mean of the F1 scores of the classes that are labelled or predicted at least once
 * (`f1_score(average='macro')`, which takes its classes from the two lists).
 */
export const macroF1: Metric = (scored) => (weights) => {
  const present = countsByClass(confusionOf(scored, weights), scored.classes).filter(
    ({ labelled, predicted }) => labelled + predicted > 0,
  );
  return (
    present.reduce((sum, { hits, labelled, predicted }) => sum + (2 * hits) / (labelled + predicted), 0) /
    present.length
  );
};
