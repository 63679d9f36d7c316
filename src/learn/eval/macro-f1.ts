import { confusionMatrix, countsByClass } from './confusion.ts';
import type { Metric } from './scored.ts';

/**
 * Unweighted mean of the F1 scores of the classes that are labeled or predicted at least once
 * (`f1_score(average='macro')`; its classes are those of the two lists).
 */
export const macroF1: Metric = (scored) => (weights) => {
  const present = countsByClass(confusionMatrix(scored, weights), scored.classes).filter(
    ({ labeled, predicted }) => labeled + predicted > 0,
  );
  return (
    present.reduce((sum, { hits, labeled, predicted }) => sum + (2 * hits) / (labeled + predicted), 0) / present.length
  );
};
