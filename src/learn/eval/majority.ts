import type { ScoredPredictions } from './scored.ts';
import { at } from '../../util/known.ts';

/**
 * The baseline that ignores the images: for every image it predicts the class frequencies of the training subset, and
 * so its most frequent class (`DummyClassifier(strategy='prior')`). A network must be better.
 */
export function majorityBaseline(trainLabels: Int32Array, test: ScoredPredictions): ScoredPredictions {
  const frequencies = new Float64Array(test.classes);
  for (const label of trainLabels) frequencies[label] = (frequencies[label] ?? 0) + 1 / trainLabels.length;
  const mostFrequent = frequencies.indexOf(Math.max(...frequencies));
  return {
    ...test,
    predicted: new Int32Array(test.labels.length).fill(mostFrequent),
    probabilities: Float64Array.from({ length: test.labels.length * test.classes }, (_, i) =>
      at(frequencies, i % test.classes),
    ),
  };
}
