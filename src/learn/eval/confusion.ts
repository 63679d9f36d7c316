import type { ScoredPredictions, SampleWeights } from './scored.ts';

/** Row-major [classes, classes]: how many images of the row's class were predicted as the column's. */
type Confusion = Float64Array;

export function confusionMatrix({ labels, predicted, classes }: ScoredPredictions, weights: SampleWeights): Confusion {
  const counts = new Float64Array(classes * classes);
  for (let i = 0; i < weights.length; i++) {
    const cell = (labels[i] ?? 0) * classes + (predicted[i] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + (weights[i] ?? 0);
  }
  return counts;
}

/** The counts of one class: its images, its predictions, and both at once. */
interface ClassCounts {
  readonly labeled: number;
  readonly predicted: number;
  readonly hits: number;
}

export function countsByClass(confusion: Confusion, classes: number): ClassCounts[] {
  return Array.from({ length: classes }, (_, k) => {
    let labeled = 0;
    let predicted = 0;
    for (let other = 0; other < classes; other++) {
      labeled += confusion[k * classes + other] ?? 0;
      predicted += confusion[other * classes + k] ?? 0;
    }
    return { labeled, predicted, hits: confusion[k * classes + k] ?? 0 };
  });
}
