import { expect, test } from 'vitest';
import { rocAndPrCurves } from './curves.ts';
import golden from './golden/metrics.json' with { type: 'json' };
import { predictionsOf } from './predictions.ts';
import { scoredSubset, type ScoredPredictions } from './scored.ts';

function scoredOf(labels: readonly number[], probabilities: readonly number[], classes: number): ScoredPredictions {
  const names = Array.from({ length: classes }, (_, k) => `class ${k}`);
  const images = labels.map((label, index) => ({
    index,
    image: `${index}`,
    group: `${index}`,
    subset: 'test' as const,
    label,
  }));
  return scoredSubset(predictionsOf(names, images, Float64Array.from(probabilities)), 'test');
}

test.each(golden)(
  "every point of a ROC curve lies on scikit-learn's: $name",
  ({ labels, probabilities, classes, expected }) => {
    const drawn = rocAndPrCurves([scoredOf(labels, probabilities, classes)]).filter((curves) => curves !== null);
    expect(drawn).toHaveLength(expected.roc.length);
    drawn.forEach(({ roc }, k) => {
      const [rates, recalls] = expected.roc[k] as [number[], number[]];
      expect(roc[0]).toEqual([0, 0]);
      expect(roc.at(-1)).toEqual([1, 1]);
      for (const [x, y] of roc)
        expect(
          rates.some((rate, i) => Math.abs(rate - x) < 1e-9 && Math.abs(recalls[i]! - y) < 1e-9),
          `${x}, ${y}`,
        ).toBe(true);
    });
  },
);

test.each(golden)(
  "a precision-recall curve lies on scikit-learn's, and the steps below it hold the average precision: $name",
  ({ labels, probabilities, classes, expected }) => {
    const drawn = rocAndPrCurves([scoredOf(labels, probabilities, classes)]).filter((curves) => curves !== null);
    const areas = expected.averagePrecisionByClass.filter((_, k) => expected.aucByClass[k] !== null);
    drawn.forEach(({ precisionRecall }, k) => {
      const [recalls, precisions] = expected.precisionRecall[k] as [number[], number[]];
      for (const [x, y] of precisionRecall)
        expect(
          recalls.some((recall, i) => Math.abs(recall - x) < 1e-9 && Math.abs(precisions[i]! - y) < 1e-9),
          `${x}, ${y}`,
        ).toBe(true);
      expect(precisionRecall.at(-1)).toEqual([recalls[0], precisions[0]]);
      expect(
        precisionRecall.reduce((sum, [x, y], i) => sum + (x - (precisionRecall[i - 1]?.[0] ?? 0)) * y, 0),
      ).toBeCloseTo(areas[k]!, 12);
    });
  },
);

test('a perfect ranking turns in the corner, and has precision 1 at every recall', () => {
  const [curves] = rocAndPrCurves([scoredOf([0, 0, 1, 1], [0.9, 0.1, 0.8, 0.2, 0.3, 0.7, 0.1, 0.9], 2)]);
  expect(curves!.roc).toContainEqual([0, 1]);
  expect(curves!.precisionRecall.filter(([recall]) => recall <= 1).slice(0, 2)).toEqual([
    [0.5, 1],
    [1, 1],
  ]);
});

test('long curves are thinned to at most 60 points', () => {
  const count = 5000;
  const probabilities = Array.from({ length: count }, (_, i) => (i * 0.37) % 1).flatMap((p) => [p, 1 - p]);
  const [curves] = rocAndPrCurves([
    scoredOf(
      Array.from({ length: count }, (_, i) => Number(i % 3 === 0)),
      probabilities,
      2,
    ),
  ]);
  expect(curves!.roc.length).toBeLessThanOrEqual(60);
  expect(curves!.precisionRecall.length).toBeLessThanOrEqual(60);
});

test('a class that nobody has no curve of is null', () => {
  expect(rocAndPrCurves([scoredOf([0, 1], [0.5, 0.3, 0.2, 0.2, 0.7, 0.1], 3)])[2]).toBeNull();
});
