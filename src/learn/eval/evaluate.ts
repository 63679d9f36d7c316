/** From the predictions of every model and seed to what is known of the models on one data set. */
import { significant } from '../../util/number.ts';
import { DatasetError } from '../dataset/error.ts';
import { PARTS, type Part } from '../dataset/split-table.ts';
import type { EqualPair } from '../dataset/audit/equal-images.ts';
import { differenceOf, type BootstrapOptions, type Rounds } from './bootstrap.ts';
import { calibrationOf } from './calibration.ts';
import { confusionOf } from './confusion.ts';
import { curvesOf, type ClassCurves } from './curves.ts';
import { bounds, byMetric, estimates, orNull, roundsByModel, spread, unweighted } from './estimates.ts';
import type { DatasetEvaluation, ModelEvaluation, PartCounts } from './evaluation.ts';
import { leaksOf } from './leaks.ts';
import { majorityOf } from './majority.ts';
import { metricsFor, type NamedMetrics } from './metrics.ts';
import { scoresByClass, type ClassScores } from './per-class.ts';
import type { Predictions } from './predictions.ts';
import { comparable, type ComparableRuns, type Run } from './runs.ts';
import { evenly, rowsOf, scoredPart, type Scored } from './scored.ts';
import { scoreSideStudies, type SideStudies } from './side-studies.ts';
import { spreadOf } from './spread.ts';

interface EvaluationOptions {
  readonly dataset: string;
  /** Whether the classes are grades, so that kappa has a meaning. */
  readonly ordinal: boolean;
  readonly bootstrap: BootstrapOptions;
  /** What an audit found; null where there was none. */
  readonly equal: readonly EqualPair[] | null;
}

const NO_SIDE_STUDIES: SideStudies = { probes: [], fractions: [], leaky: [] };

/** Throws DatasetError when the runs are not of the same images, or a part has none. */
export function evaluate(
  runs: readonly Run[],
  { dataset, ordinal, bootstrap, equal }: EvaluationOptions,
  sides: SideStudies = NO_SIDE_STUDIES,
): DatasetEvaluation {
  const compared = comparable(runs);
  const { models, seeds, shared } = compared;
  const metrics = metricsFor(ordinal);
  const rounds = roundsByModel(compared, metrics, bootstrap);
  const baseline = majorityOf(scoredPart(shared, 'train').labels, scoredPart(shared, 'test'));
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
    leaks: leaksOf(shared, equal),
    majority: { class: shared.classes[baseline.predicted[0]!]!, test: scoresOf(baseline, metrics) },
    bootstrap: { ...bootstrap },
    models: models.map((model) => modelEvaluation(model, compared, metrics, rounds.get(model)!, bootstrap.level)),
    differences: models.flatMap((model, later) =>
      models
        .slice(0, later)
        .map((against) => ({
          model,
          against,
          metrics: differences(compared, model, against, metrics, rounds, bootstrap.level),
        })),
    ),
    ...scoreSideStudies(sides, compared, { metrics, bootstrap, equal }),
  };
}

function countsOf(predictions: Predictions, part: Part): PartCounts {
  const rows = rowsOf(predictions, part);
  if (rows.length === 0) throw new DatasetError(`The predictions have no image of the ${part} part.`);
  const byClass = predictions.classes.map(() => 0);
  for (const row of rows) byClass[predictions.images[row]!.label]!++;
  return { images: rows.length, groups: new Set(rows.map((row) => predictions.images[row]!.group)).size, byClass };
}

function modelEvaluation(
  model: string,
  { seeds, of }: ComparableRuns,
  metrics: NamedMetrics,
  rounds: readonly Rounds[],
  level: number,
): ModelEvaluation {
  const parts = of(model).map(
    (predictions) =>
      Object.fromEntries(PARTS.map((part) => [part, scoredPart(predictions, part)])) as Record<Part, Scored>,
  );
  const bySeed = parts.map((scored, i) => ({
    seed: seeds[i]!,
    train: scoresOf(scored.train, metrics),
    validation: scoresOf(scored.validation, metrics),
    test: scoresOf(scored.test, metrics),
  }));
  const summary = (part: Part) =>
    byMetric(metrics, (metric) => spread(parts.map((scored) => unweighted(metric, scored[part]))));
  const tests = parts.map((scored) => scored.test);
  const { classes } = of(model)[0]!;
  return {
    model,
    seeds: bySeed,
    summary: {
      train: summary('train'),
      validation: summary('validation'),
      test: estimates(tests, metrics, rounds, level),
    },
    confusion: summedConfusion(tests),
    byClass: meanByClass(classes, tests),
    calibration: calibrationOf(
      parts.map((scored) => scored.validation),
      tests,
    ),
    curves: drawn(classes, tests),
  };
}

function drawn(classes: readonly string[], tests: readonly Scored[]): ModelEvaluation['curves'] {
  const rounded = (points: ClassCurves['roc']) =>
    points.map(([x, y]): [number, number] => [significant(x, 4), significant(y, 4)]);
  return curvesOf(tests).flatMap((curves, k) =>
    curves === null
      ? []
      : [{ class: classes[k]!, roc: rounded(curves.roc), precisionRecall: rounded(curves.precisionRecall) }],
  );
}

function differences(
  { of }: ComparableRuns,
  model: string,
  against: string,
  metrics: NamedMetrics,
  rounds: ReadonlyMap<string, readonly Rounds[]>,
  level: number,
) {
  return byMetric(metrics, (metric, m) => {
    const meanOf = (name: string) =>
      spreadOf(of(name).map((predictions) => unweighted(metric, scoredPart(predictions, 'test')))).mean;
    const [lowest, highest] = metrics[m]!.range;
    return {
      mean: orNull(meanOf(model) - meanOf(against)),
      ...bounds(differenceOf(rounds.get(model)![m]!, rounds.get(against)![m]!), level, [
        lowest - highest,
        highest - lowest,
      ]),
    };
  });
}

function summedConfusion(tests: readonly Scored[]): number[][] {
  const { classes } = tests[0]!;
  const summed = new Float64Array(classes * classes);
  for (const scored of tests)
    confusionOf(scored, evenly(scored.labels.length)).forEach((count, cell) => {
      summed[cell]! += count;
    });
  return Array.from({ length: classes }, (_, k) => [...summed.subarray(k * classes, (k + 1) * classes)]);
}

function meanByClass(classes: readonly string[], tests: readonly Scored[]): ModelEvaluation['byClass'] {
  const rows = tests.map(scoresByClass);
  const mean = (k: number, score: Exclude<keyof ClassScores, 'images'>) =>
    orNull(spreadOf(rows.map((row) => row[k]![score])).mean);
  return classes.map((name, k) => ({
    class: name,
    images: rows[0]![k]!.images,
    precision: mean(k, 'precision'),
    recall: mean(k, 'recall'),
    f1: mean(k, 'f1'),
    auc: mean(k, 'auc'),
    averagePrecision: mean(k, 'averagePrecision'),
  }));
}

function scoresOf(scored: Scored, metrics: NamedMetrics): Record<string, number | null> {
  return byMetric(metrics, (metric) => orNull(unweighted(metric, scored)));
}
