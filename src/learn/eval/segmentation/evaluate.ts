/** Evaluates the models on the masks of one data set: scores with intervals, differences, guesses beside them. */
import type { SegmentationEvaluation, SegmentedModel } from '../../../formats/segmentation-evaluation.ts';
import { at, entry } from '../../../util/known.ts';
import { significant } from '../../../util/number.ts';
import { DatasetError } from '../../dataset/error.ts';
import { drawResamples, type BootstrapOptions } from '../bootstrap.ts';
import { contrastsOf, evaluateContrasts, type DeclaredContrasts } from '../contrasts.ts';
import { byMetric, differences, estimates, orNull, roundedMeanAndSd } from '../estimates.ts';
import type { Cell } from '../runs.ts';
import { uniformWeights } from '../scored.ts';
import { uncertaintiesOf, type Uncertainty } from '../uncertainty.ts';
import { MASK_METRICS, maskScore, type ScoredMasks } from './scored-masks.ts';

/** One training, its masks scored. */
export interface SegmentedRun extends Cell {
  readonly model: string;
  readonly seed: number;
  readonly validation: ScoredMasks;
  readonly test: ScoredMasks;
}

interface MaskEvaluationOptions {
  readonly dataset: string;
  /** Without the background. */
  readonly classes: readonly string[];
  readonly counts: SegmentationEvaluation['counts'];
  /** The group of each test image. */
  readonly groups: readonly string[];
  readonly baselines: readonly { readonly name: 'constant mask' | 'threshold'; readonly test: ScoredMasks }[];
  readonly bootstrap: BootstrapOptions;
  readonly declared: DeclaredContrasts;
}

/** All but the pictures. Throws DatasetError when a model lacks a seed. */
export function evaluateMasks(
  runs: readonly SegmentedRun[],
  { dataset, classes, counts, groups, baselines, bootstrap, declared }: MaskEvaluationOptions,
): Omit<SegmentationEvaluation, 'examples'> {
  const { models, seeds } = alignMasks(runs);
  const cells = models.map((own) => cellOf(at(own, 0)));
  const contrasts = contrastsOf(cells, declared);
  const uncertainties = uncertaintiesOfMasks(models, groups, bootstrap);
  const { level } = bootstrap;
  return {
    task: 'segmentation',
    dataset,
    classes,
    seeds,
    metrics: MASK_METRICS.map(({ name }) => name),
    counts,
    baselines: baselines.map(({ name, test }) => ({ name, test: scoresOf(test) })),
    bootstrap: { ...bootstrap },
    models: models.map((own, i) => segmentedModel(own, classes, entry(uncertainties, at(cells, i).model), level)),
    differences: cells.flatMap(({ model }, later) =>
      cells.slice(0, later).map(({ model: against }) => ({
        model,
        against,
        metrics: differences(MASK_METRICS, entry(uncertainties, model), entry(uncertainties, against), level),
      })),
    ),
    contrasts: evaluateContrasts(contrasts, uncertainties, MASK_METRICS, level),
  };
}

const cellOf = ({ model, start, pretraining }: SegmentedRun) => ({ model, start, pretraining });

interface AlignedMasks {
  /** The runs of each model by seed, models in the order of their first runs. */
  readonly models: readonly (readonly SegmentedRun[])[];
  readonly seeds: readonly number[];
}

function alignMasks(runs: readonly SegmentedRun[]): AlignedMasks {
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

function uncertaintiesOfMasks(
  models: AlignedMasks['models'],
  groups: readonly string[],
  bootstrap: BootstrapOptions,
): Map<string, Uncertainty[]> {
  const numberOf = new Map([...new Set(groups)].map((name, i) => [name, i]));
  const groupOf = Int32Array.from(groups, (group) => entry(numberOf, group));
  const resamples = drawResamples(numberOf.size, bootstrap);
  const plain = MASK_METRICS.map(({ metric }) => metric);
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

function segmentedModel(
  runs: readonly SegmentedRun[],
  classes: readonly string[],
  uncertainties: readonly Uncertainty[],
  level: number,
): SegmentedModel {
  return {
    ...cellOf(at(runs, 0)),
    seeds: runs.map(({ seed, validation, test }) => ({
      seed,
      validation: scoresOf(validation),
      test: scoresOf(test),
    })),
    summary: {
      validation: byMetric(MASK_METRICS, (metric) =>
        roundedMeanAndSd(runs.map(({ validation }) => metric(validation)(uniformWeights(validation.length)))),
      ),
      test: estimates(MASK_METRICS, uncertainties, level),
    },
    byClass: classes.map((name, k) =>
      classScores(
        name,
        k,
        runs.map(({ test }) => test),
      ),
    ),
  };
}

function scoresOf(scored: ScoredMasks): Record<string, number | null> {
  return byMetric(MASK_METRICS, (metric) => orNull(metric(scored)(uniformWeights(scored.length))));
}

function classScores(name: string, k: number, tests: readonly ScoredMasks[]): SegmentedModel['byClass'][number] {
  const scores = tests.flatMap((test) => test.map((own) => at(own, k)));
  const mean = (metric: Parameters<typeof maskScore>[0]) => {
    const known = scores.flatMap((score) => maskScore(metric, score) ?? []);
    return known.length === 0 ? null : significant(known.reduce((sum, value) => sum + value, 0) / known.length);
  };
  const counted = (wanted: string) => scores.filter(({ presence }) => presence === wanted).length;
  const missed = counted('wanted');
  return {
    class: name,
    ...{ dice: mean('dice'), iou: mean('iou'), nsd: mean('nsd'), hd95: mean('hd95') },
    images: (counted('both') + missed) / tests.length,
    ...{ missed, invented: counted('found'), leftOut: counted('neither') },
  };
}
