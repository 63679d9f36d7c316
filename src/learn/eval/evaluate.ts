/** Evaluates the models on one data set from the predictions of every model and seed. */
import { DatasetError } from '../dataset/error.ts';
import type { Subset } from '../../formats/subset.ts';
import type { Evaluation, ModelEvaluation, SubsetCounts } from '../../formats/evaluation.ts';
import type { MetricName } from '../../formats/metric.ts';
import type { EqualPair } from '../dataset/audit/equal-images.ts';
import type { BootstrapOptions } from './bootstrap.ts';
import { contrastsOf, evaluateContrasts, type DeclaredContrasts } from './contrasts.ts';
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
import type { Judge } from './judge.ts';
import { countLeaks } from './leaks.ts';
import type { MetricList } from './metrics.ts';
import { plansFor } from './planning.ts';
import type { AnswerTable } from './predictions.ts';
import { scoresWithoutCopies } from './without-copies.ts';
import { alignRuns, type AlignedRuns, type SeedRun } from './runs.ts';
import { rowsOfSubset, type ScoredImages } from './scored.ts';
import { scoreSideStudies, type SideStudies } from './side-studies.ts';
import type { Uncertainty } from './uncertainty.ts';
import { at, entry } from '../../util/known.ts';

interface EvaluationOptions {
  readonly dataset: string;
  readonly bootstrap: BootstrapOptions;
  /** The equal pairs of an audit; null without an audit. */
  readonly equal: readonly EqualPair[] | null;
  /** The differences that are asked about; see contrastsOf. */
  readonly declared?: DeclaredContrasts;
  /** The difference that the planning is for: 0.02. */
  readonly delta?: number;
}

const NO_SIDE_STUDIES: SideStudies<never> = { probes: [], encoders: [], labelFractions: [], leaky: [] };

/** Throws DatasetError when the runs are not of the same images, or a subset has none. */
export function evaluate<Table extends AnswerTable, Scored extends ScoredImages>(
  runs: readonly SeedRun<Table>[],
  judge: Judge<Table, Scored>,
  { dataset, bootstrap, equal, declared = {}, delta = 0.02 }: EvaluationOptions,
  sides: SideStudies<Table> = NO_SIDE_STUDIES,
): Evaluation {
  const compared = alignRuns(runs);
  const { models, seeds, shared } = compared;
  const counts = {
    train: countsOf(shared, 'train', judge),
    validation: countsOf(shared, 'validation', judge),
    test: countsOf(shared, 'test', judge),
  };
  const supported = { ...judge, metrics: supportedMetrics(judge, shared) };
  const { metrics } = supported;
  const contrasts = contrastsOf(
    models.map((model) => ({ model, ...compared.cellOf(model) })),
    declared,
  );
  const uncertainties = uncertaintiesByModel(compared, supported, bootstrap);
  const baseline = judge.baseline(judge.scored(shared, 'train'), judge.scored(shared, 'test'));
  return {
    ...(judge.task !== undefined && { task: judge.task }),
    dataset,
    classes: [...shared.classes],
    seeds: [...seeds],
    metrics: metrics.map(({ name }) => name),
    counts,
    leaks: countLeaks(shared, equal),
    majority: {
      class: baseline.predicted === null ? null : at(shared.classes, baseline.predicted),
      test: scoresOf(baseline.test, metrics),
    },
    bootstrap: { ...bootstrap },
    models: models.map((model) =>
      modelEvaluation(model, compared, supported, entry(uncertainties, model), bootstrap.level),
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
    withoutCopies: scoresWithoutCopies(compared, supported, equal),
    ...scoreSideStudies(sides, { runs: compared, uncertainties }, { judge: supported, bootstrap, equal }),
  };
}

/** Means over classes have no interval if a class has few test groups: see docs/evaluation.md. */
function supportedMetrics<Table extends AnswerTable, Scored extends ScoredImages>(
  { metrics, isOf }: Judge<Table, Scored>,
  shared: Table,
): MetricList<Scored, MetricName> {
  const tested = rowsOfSubset(shared, 'test').map((row) => at(shared.images, row));
  const groups = shared.classes.map(
    (_, k) => new Set(tested.filter(({ label }) => isOf(label, k)).map(({ group }) => group)).size,
  );
  return metrics.map((metric) => ({ ...metric, interval: metric.interval && hasGroups(metric.name, groups) }));
}

function countsOf<Table extends AnswerTable>(
  predictions: Table,
  subset: Subset,
  { isOf }: Pick<Judge<Table, never>, 'isOf'>,
): SubsetCounts {
  const rows = rowsOfSubset(predictions, subset);
  if (rows.length === 0) throw new DatasetError(`The predictions have no image of the ${subset} subset.`);
  const images = rows.map((row) => at(predictions.images, row));
  return {
    images: images.length,
    groups: new Set(images.map(({ group }) => group)).size,
    byClass: predictions.classes.map((_, k) => images.filter(({ label }) => isOf(label, k)).length),
  };
}

function modelEvaluation<Table extends AnswerTable, Scored extends ScoredImages>(
  model: string,
  { seeds, of, cellOf, shared }: AlignedRuns<Table>,
  { metrics, scored, details }: Judge<Table, Scored>,
  uncertainties: readonly Uncertainty[],
  level: number,
): ModelEvaluation {
  const bySubset = (subset: Subset) => of(model).map((predictions) => scored(predictions, subset));
  const subsets = { train: bySubset('train'), validation: bySubset('validation'), test: bySubset('test') };
  const bySeed = seeds.map((seed, i) => ({
    seed,
    train: scoresOf(at(subsets.train, i), metrics),
    validation: scoresOf(at(subsets.validation, i), metrics),
    test: scoresOf(at(subsets.test, i), metrics),
  }));
  const summary = (subset: Subset) =>
    byMetric(metrics, (metric) => roundedMeanAndSd(subsets[subset].map((own) => unweighted(metric, own))));
  return {
    model,
    ...cellOf(model),
    seeds: bySeed,
    summary: {
      train: summary('train'),
      validation: summary('validation'),
      test: estimates(metrics, uncertainties, level),
    },
    ...details({
      classes: shared.classes,
      validation: subsets.validation,
      tests: subsets.test,
      uncertainties: uncertainties.slice(metrics.length),
      level,
    }),
  };
}

function scoresOf<Scored extends ScoredImages>(
  scored: Scored,
  metrics: MetricList<Scored>,
): Record<string, number | null> {
  return byMetric(metrics, (metric) => orNull(unweighted(metric, scored)));
}
