/** Compares models whose answers are scored image by image: scores with intervals, and paired differences. */
import type { EvaluatedContrast, ModelDifference } from '../../formats/evaluation.ts';
import { at, entry } from '../../util/known.ts';
import { DatasetError } from '../dataset/error.ts';
import { drawResamples, type BootstrapOptions } from './bootstrap.ts';
import { contrastsOf, evaluateContrasts, type DeclaredContrasts } from './contrasts.ts';
import { byMetric, differences, estimates, orNull, roundedMeanAndSd } from './estimates.ts';
import type { MetricList } from './metrics.ts';
import type { Cell } from './runs.ts';
import { uniformWeights } from './scored.ts';
import { uncertaintiesOf, type Uncertainty } from './uncertainty.ts';

/** One training, its answers scored: a list with an entry for each image. */
export interface ScoredRun<Scored extends readonly unknown[]> extends Cell {
  readonly model: string;
  readonly seed: number;
  readonly validation: Scored;
  readonly test: Scored;
}

interface Comparison<Scored extends readonly unknown[]> {
  readonly metrics: MetricList<Scored>;
  /** The group of each test image. */
  readonly groups: readonly string[];
  readonly bootstrap: BootstrapOptions;
  readonly declared: DeclaredContrasts;
}

interface ModelOfRuns<Scored extends readonly unknown[]> extends Cell {
  readonly model: string;
  readonly seeds: { seed: number; validation: Scores; test: Scores }[];
  readonly summary: {
    readonly validation: Record<string, ReturnType<typeof roundedMeanAndSd>>;
    readonly test: ReturnType<typeof estimates>;
  };
  /** By seed, ascending. */
  readonly runs: readonly ScoredRun<Scored>[];
}

type Scores = Record<string, number | null>;

interface ComparedRuns<Scored extends readonly unknown[]> {
  readonly seeds: readonly number[];
  readonly metrics: string[];
  readonly bootstrap: BootstrapOptions;
  /** In the order of their first runs. */
  readonly models: readonly ModelOfRuns<Scored>[];
  readonly differences: ModelDifference[];
  readonly contrasts: EvaluatedContrast[];
}

/** Throws DatasetError when a model lacks a seed. */
export function compareRuns<Scored extends readonly unknown[]>(
  runs: readonly ScoredRun<Scored>[],
  { metrics, groups, bootstrap, declared }: Comparison<Scored>,
): ComparedRuns<Scored> {
  const { models, seeds } = aligned(runs);
  const cells = models.map((own) => cellOf(at(own, 0)));
  const contrasts = contrastsOf(cells, declared);
  const uncertainties = uncertaintiesOfModels(models, metrics, groups, bootstrap);
  const { level } = bootstrap;
  return {
    seeds,
    metrics: metrics.map(({ name }) => name),
    bootstrap: { ...bootstrap },
    models: models.map((own, i) => ({
      ...at(cells, i),
      seeds: own.map(({ seed, validation, test }) => ({
        seed,
        validation: scoresOf(metrics, validation),
        test: scoresOf(metrics, test),
      })),
      summary: {
        validation: byMetric(metrics, (metric) =>
          roundedMeanAndSd(own.map(({ validation }) => metric(validation)(uniformWeights(validation.length)))),
        ),
        test: estimates(metrics, entry(uncertainties, at(cells, i).model), level),
      },
      runs: own,
    })),
    differences: cells.flatMap(({ model }, later) =>
      cells.slice(0, later).map(({ model: against }) => ({
        model,
        against,
        metrics: differences(metrics, entry(uncertainties, model), entry(uncertainties, against), level),
      })),
    ),
    contrasts: evaluateContrasts(contrasts, uncertainties, metrics, level),
  };
}

/** Rounded; null where no image defines a metric. */
export function scoresOf<Scored extends readonly unknown[]>(metrics: MetricList<Scored>, scored: Scored): Scores {
  return byMetric(metrics, (metric) => orNull(metric(scored)(uniformWeights(scored.length))));
}

const cellOf = ({ model, start, pretraining }: Cell & { readonly model: string }) => ({ model, start, pretraining });

interface AlignedRuns<Scored extends readonly unknown[]> {
  /** The runs of each model by seed, models in the order of their first runs. */
  readonly models: readonly (readonly ScoredRun<Scored>[])[];
  readonly seeds: readonly number[];
}

function aligned<Scored extends readonly unknown[]>(runs: readonly ScoredRun<Scored>[]): AlignedRuns<Scored> {
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b);
  const names = [...new Set(runs.map(({ model }) => model))];
  if (names.length === 0) throw new DatasetError('There are no predictions to evaluate.');
  const models = names.map((name) =>
    seeds.map((seed) => {
      const [found, ...others] = runs.filter((run) => run.model === name && run.seed === seed);
      if (found !== undefined && others.length === 0) return found;
      throw new DatasetError(
        `There are ${others.length + (found ? 1 : 0)} predictions of ${name} with seed ${seed}; models are compared pair ` +
          'by pair, so exactly one is expected.',
      );
    }),
  );
  return { models, seeds };
}

function uncertaintiesOfModels<Scored extends readonly unknown[]>(
  models: AlignedRuns<Scored>['models'],
  metrics: MetricList<Scored>,
  groups: readonly string[],
  bootstrap: BootstrapOptions,
): Map<string, Uncertainty[]> {
  const numberOf = new Map([...new Set(groups)].map((name, i) => [name, i]));
  const groupOf = Int32Array.from(groups, (group) => entry(numberOf, group));
  const resamples = drawResamples(numberOf.size, bootstrap);
  const plain = metrics.map(({ metric }) => metric);
  return new Map(
    models.map((own) => [
      at(own, 0).model,
      uncertaintiesOf(
        plain,
        own.map(({ test }) => test),
        groupOf,
        resamples,
      ),
    ]),
  );
}
