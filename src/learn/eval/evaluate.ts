/** Evaluates the models on one data set from the predictions of every model and seed. */
import { significant } from '../../util/number.ts';
import { DatasetError } from '../dataset/error.ts';
import { SUBSETS, type Subset } from '../../formats/subset.ts';
import type { Evaluation, ModelEvaluation, SubsetCounts } from '../../formats/evaluation.ts';
import type { EqualPair } from '../dataset/audit/equal-images.ts';
import type { BootstrapOptions } from './bootstrap.ts';
import { evaluateCalibration } from './calibration.ts';
import { confusionMatrix } from './confusion.ts';
import { contrastsOf, evaluateContrasts, type DeclaredContrasts } from './contrasts.ts';
import { rocAndPrCurves, type ClassCurves } from './curves.ts';
import {
  byMetric,
  differences,
  estimates,
  orNull,
  roundedMeanAndSd,
  uncertaintiesByModel,
  unweighted,
} from './estimates.ts';
import { hasGroups } from './interval.ts';
import { countLeaks } from './leaks.ts';
import { majorityBaseline } from './majority.ts';
import { metricsFor, type NamedMetrics } from './metrics.ts';
import { scoresByClass, type ClassScores } from './per-class.ts';
import { plansFor } from './planning.ts';
import type { Predictions } from './predictions.ts';
import { scoresWithoutCopies } from './without-copies.ts';
import { alignRuns, type AlignedRuns, type SeedRun } from './runs.ts';
import { uniformWeights, rowsOfSubset, scoredSubset, type ScoredPredictions } from './scored.ts';
import { scoreSideStudies, type SideStudies } from './side-studies.ts';
import { meanAndSd } from './mean-and-sd.ts';
import type { Uncertainty } from './uncertainty.ts';
import { at, entry } from '../../util/known.ts';

interface EvaluationOptions {
  readonly dataset: string;
  /** True if the classes are grades, so that kappa has a meaning. */
  readonly ordinal: boolean;
  readonly bootstrap: BootstrapOptions;
  /** The equal pairs of an audit; null without an audit. */
  readonly equal: readonly EqualPair[] | null;
  /** The differences that are asked about; see contrastsOf. */
  readonly declared?: DeclaredContrasts;
  /** The difference that the planning is for: 0.02. */
  readonly delta?: number;
}

const NO_SIDE_STUDIES: SideStudies = { probes: [], encoders: [], labelFractions: [], leaky: [] };

/** Throws DatasetError when the runs are not of the same images, or a subset has none. */
export function evaluate(
  runs: readonly SeedRun[],
  { dataset, ordinal, bootstrap, equal, declared = {}, delta = 0.02 }: EvaluationOptions,
  sides: SideStudies = NO_SIDE_STUDIES,
): Evaluation {
  const compared = alignRuns(runs);
  const { models, seeds, shared } = compared;
  const metrics = supportedMetrics(metricsFor(ordinal), shared);
  const contrasts = contrastsOf(
    models.map((model) => ({ model, ...compared.cellOf(model) })),
    declared,
  );
  const uncertainties = uncertaintiesByModel(compared, metrics, bootstrap);
  const baseline = majorityBaseline(scoredSubset(shared, 'train').labels, scoredSubset(shared, 'test'));
  return {
    dataset,
    classes: [...shared.classes],
    seeds: [...seeds],
    metrics: metrics.map(({ name }) => name),
    counts: {
      train: countsOf(shared, 'train'),
      validation: countsOf(shared, 'validation'),
      test: countsOf(shared, 'test'),
    },
    leaks: countLeaks(shared, equal),
    majority: { class: at(shared.classes, at(baseline.predicted, 0)), test: scoresOf(baseline, metrics) },
    bootstrap: { ...bootstrap },
    models: models.map((model) =>
      modelEvaluation(model, compared, metrics, entry(uncertainties, model), bootstrap.level),
    ),
    differences: models.flatMap((model, later) =>
      models.slice(0, later).map((against) => ({
        model,
        against,
        metrics: differences(metrics, entry(uncertainties, model), entry(uncertainties, against), bootstrap.level),
      })),
    ),
    contrasts: evaluateContrasts(contrasts, uncertainties, metrics, bootstrap.level),
    planning: { delta, contrasts: plansFor(contrasts, uncertainties, metrics, delta) },
    withoutCopies: scoresWithoutCopies(compared, metrics, equal),
    ...scoreSideStudies(sides, { runs: compared, uncertainties }, { metrics, bootstrap, equal }),
  };
}

/** Means over classes have no interval if a class has few test groups: see docs/evaluation.md. */
function supportedMetrics(metrics: NamedMetrics, shared: Predictions): NamedMetrics {
  const tested = rowsOfSubset(shared, 'test').map((row) => at(shared.images, row));
  const groups = shared.classes.map(
    (_, k) => new Set(tested.filter(({ label }) => label === k).map(({ group }) => group)).size,
  );
  return metrics.map((metric) => ({ ...metric, interval: metric.interval && hasGroups(metric.name, groups) }));
}

function countsOf(predictions: Predictions, subset: Subset): SubsetCounts {
  const rows = rowsOfSubset(predictions, subset);
  if (rows.length === 0) throw new DatasetError(`The predictions have no image of the ${subset} subset.`);
  const images = rows.map((row) => at(predictions.images, row));
  return {
    images: images.length,
    groups: new Set(images.map(({ group }) => group)).size,
    byClass: predictions.classes.map((_, k) => images.filter(({ label }) => label === k).length),
  };
}

function modelEvaluation(
  model: string,
  { seeds, of, cellOf }: AlignedRuns,
  metrics: NamedMetrics,
  uncertainties: readonly Uncertainty[],
  level: number,
): ModelEvaluation {
  const subsets = of(model).map(
    (predictions) =>
      Object.fromEntries(SUBSETS.map((subset) => [subset, scoredSubset(predictions, subset)])) as Record<
        Subset,
        ScoredPredictions
      >,
  );
  const bySeed = subsets.map((scored, i) => ({
    seed: at(seeds, i),
    train: scoresOf(scored.train, metrics),
    validation: scoresOf(scored.validation, metrics),
    test: scoresOf(scored.test, metrics),
  }));
  const summary = (subset: Subset) =>
    byMetric(metrics, (metric) => roundedMeanAndSd(subsets.map((scored) => unweighted(metric, scored[subset]))));
  const tests = subsets.map((scored) => scored.test);
  const { classes } = at(of(model), 0);
  return {
    model,
    ...cellOf(model),
    seeds: bySeed,
    summary: {
      train: summary('train'),
      validation: summary('validation'),
      test: estimates(metrics, uncertainties, level),
    },
    confusion: summedConfusion(tests),
    byClass: meanByClass(classes, tests),
    calibration: evaluateCalibration(
      subsets.map((scored) => scored.validation),
      tests,
    ),
    curves: drawn(classes, tests),
  };
}

function drawn(classes: readonly string[], tests: readonly ScoredPredictions[]): ModelEvaluation['curves'] {
  const rounded = (points: ClassCurves['roc']) =>
    points.map(([x, y]): [number, number] => [significant(x, 4), significant(y, 4)]);
  return rocAndPrCurves(tests).flatMap((curves, k) =>
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

function scoresOf(scored: ScoredPredictions, metrics: NamedMetrics): Record<string, number | null> {
  return byMetric(metrics, (metric) => orNull(unweighted(metric, scored)));
}
