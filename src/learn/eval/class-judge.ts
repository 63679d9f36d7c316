/** Judges classes that exclude each other. */
import type { ModelEvaluation } from '../../formats/evaluation.ts';
import { significant } from '../../util/number.ts';
import { at } from '../../util/known.ts';
import { evaluateCalibration } from './calibration.ts';
import { confusionMatrix } from './confusion.ts';
import { rocAndPrCurves, type ClassCurves } from './curves.ts';
import { orNull } from './estimates.ts';
import type { Judge } from './judge.ts';
import { majorityBaseline } from './majority.ts';
import { meanAndSd } from './mean-and-sd.ts';
import { metricsFor } from './metrics.ts';
import { scoresByClass, type ClassScores } from './per-class.ts';
import type { Predictions } from './predictions.ts';
import { scoredSubset, uniformWeights, type ScoredPredictions } from './scored.ts';

/** `ordinal`: the classes are grades, so that kappa has a meaning. */
export function classJudge(ordinal: boolean): Judge<Predictions, ScoredPredictions> {
  return {
    metrics: metricsFor(ordinal),
    scored: scoredSubset,
    isOf: (label, k) => label === k,
    needed: (labels, k) => [labels.flatMap((label, image) => (label === k ? [image] : []))],
    byClass: () => [],
    baseline: (training, test) => {
      const guess = majorityBaseline(training.labels, test);
      return { test: guess, predicted: at(guess.predicted, 0) };
    },
    details: ({ classes, validation, tests }) => ({
      confusion: summedConfusion(tests),
      byClass: meanByClass(classes, tests),
      calibration: evaluateCalibration(validation, tests),
      curves: drawnCurves(classes, rocAndPrCurves(tests)),
    }),
  };
}

/** Rounded for drawing. A class without a curve is left out. */
export function drawnCurves(
  classes: readonly string[],
  byClass: readonly (ClassCurves | null)[],
): ModelEvaluation['curves'] {
  const rounded = (points: ClassCurves['roc']) =>
    points.map(([x, y]): [number, number] => [significant(x, 4), significant(y, 4)]);
  return byClass.flatMap((curves, k) =>
    curves === null
      ? []
      : [{ class: at(classes, k), roc: rounded(curves.roc), precisionRecall: rounded(curves.precisionRecall) }],
  );
}

function summedConfusion(tests: readonly ScoredPredictions[]): number[][] {
  const { classes } = at(tests, 0);
  const summed = new Float64Array(classes * classes);
  for (const scored of tests)
    confusionMatrix(scored, uniformWeights(scored.labels.length)).forEach((count, cell) => {
      summed[cell] = (summed[cell] ?? 0) + count;
    });
  return Array.from({ length: classes }, (_, k) => [...summed.subarray(k * classes, (k + 1) * classes)]);
}

function meanByClass(classes: readonly string[], tests: readonly ScoredPredictions[]): ModelEvaluation['byClass'] {
  const rows = tests.map(scoresByClass);
  const mean = (k: number, score: Exclude<keyof ClassScores, 'images'>) =>
    orNull(meanAndSd(rows.map((row) => at(row, k)[score])).mean);
  return classes.map((name, k) => ({
    class: name,
    images: at(at(rows, 0), k).images,
    precision: mean(k, 'precision'),
    recall: mean(k, 'recall'),
    f1: mean(k, 'f1'),
    auc: mean(k, 'auc'),
    averagePrecision: mean(k, 'averagePrecision'),
  }));
}
