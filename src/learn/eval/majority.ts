import type { ScoredPredictions } from './scored.ts';

/**
 * The predictor that has seen no image: for every one it gives the class frequencies of the training subset, and so
 * predicts its most frequent class (`DummyClassifier(strategy='prior')`). What a network must beat.
 */
export function majorityBaseline(trainLabels: Int32Array, test: ScoredPredictions): ScoredPredictions {
  const frequencies = new Float64Array(test.classes);
  for (const label of trainLabels) frequencies[label]! += 1 / trainLabels.length;
  const mostFrequent = frequencies.indexOf(Math.max(...frequencies));
  return {
    ...test,
    predicted: new Int32Array(test.labels.length).fill(mostFrequent),
    probabilities: Float64Array.from(
      { length: test.labels.length * test.classes },
      (_, i) => frequencies[i % test.classes]!,
    ),
  };
}
