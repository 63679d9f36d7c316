import { confusionOf, countsByClass } from './confusion.ts';
import { evenly, type Scored } from './scored.ts';

interface ClassScores {
  /** Images of the class. */
  readonly images: number;
  /** NaN for a class that was never predicted. */
  readonly precision: number;
  /** NaN for a class without images. */
  readonly recall: number;
  /** NaN for a class that is neither labelled nor predicted. */
  readonly f1: number;
}

/** One row for each class, as `precision_recall_fscore_support` with `zero_division=nan`. */
export function scoresByClass(scored: Scored): ClassScores[] {
  return countsByClass(confusionOf(scored, evenly(scored.labels.length)), scored.classes).map(({ labelled, predicted, hits }) => ({
    images: labelled,
    precision: hits / predicted,
    recall: hits / labelled,
    f1: (2 * hits) / (labelled + predicted),
  }));
}
