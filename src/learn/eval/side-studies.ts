/** Experiments beside the main one, scored alike: frozen probes, fewer labels, a split that leaks. */
import { DatasetError } from '../dataset/error.ts';
import type { EqualPair } from '../dataset/audit/equal-images.ts';
import type { BootstrapOptions } from './bootstrap.ts';
import { differences, estimates, uncertaintiesByModel } from './estimates.ts';
import type { NamedMetrics } from './metrics.ts';
import type { Evaluation } from '../../formats/evaluation.ts';
import { countLeaks } from './leaks.ts';
import type { Predictions } from './predictions.ts';
import { alignRuns, type AlignedRuns, type SeedRun } from './runs.ts';
import { rowsOfSubset } from './scored.ts';
import type { Uncertainty } from './uncertainty.ts';
import { at, entry } from '../../util/known.ts';

type ProbeRun = SeedRun & { readonly kind: 'linear' | 'knn'; readonly labelFraction: number };

export interface SideStudies {
  /** A classifier on the frozen features of each model's start. */
  readonly probes: readonly ProbeRun[];
  /** The same on the features of encoders that are no start of a model; one run of each. */
  readonly encoders: readonly ProbeRun[];
  /**
   * Fine-tuning with a share of the labels; the training subset of the predictions has the images used for training.
   */
  readonly labelFractions: readonly (SeedRun & { readonly labelFraction: number })[];
  /** Fine-tuning on a split that leaks, with test images of its own. */
  readonly leaky: readonly SeedRun[];
}

interface Scoring {
  readonly metrics: NamedMetrics;
  readonly bootstrap: BootstrapOptions;
  /** Null without an audit. */
  readonly equal: readonly EqualPair[] | null;
}

/** Comparable runs, and the uncertainty of every metric of each model over their seeds. */
interface MeasuredRuns {
  readonly runs: AlignedRuns;
  readonly uncertainties: ReadonlyMap<string, readonly Uncertainty[]>;
}

/** Throws DatasetError if probes or fractions were tested on other images than `main`. */
export function scoreSideStudies(
  { probes, encoders, labelFractions, leaky }: SideStudies,
  main: MeasuredRuns,
  scoring: Scoring,
): Pick<Evaluation, 'probes' | 'labelFractions' | 'leaky'> {
  for (const run of [...probes, ...encoders, ...labelFractions]) sameTest(main.runs.shared, run);
  return {
    probes: [...scoreProbes(probes, main, scoring), ...scoreProbes(encoders, main, scoring)],
    labelFractions: scoreLabelFractions(labelFractions, main, scoring),
    leaky:
      leaky.length === 0
        ? []
        : scored(measure(leaky, scoring), scoring).map((row) => ({
            ...row,
            ...countLeaks(at(leaky, 0).predictions, scoring.equal),
          })),
  };
}

function scoreProbes(probes: readonly ProbeRun[], main: MeasuredRuns, scoring: Scoring): Evaluation['probes'] {
  return valuesOf(probes, ({ kind }) => kind).flatMap(([kind, ofKind]) =>
    valuesOf(ofKind, ({ labelFraction }) => labelFraction).flatMap(([labelFraction, runs]) => {
      const probed = measure(runs, scoring);
      return scored(probed, scoring).map((row) => ({
        ...row,
        kind,
        labelFraction,
        fineTuningGain: labelFraction === 1 ? fineTuningGain(row.model, probed, main, scoring) : null,
      }));
    }),
  );
}

/** The whole of the labels is the main study, shown again beside the smaller fractions. */
function scoreLabelFractions(
  runs: SideStudies['labelFractions'],
  main: MeasuredRuns,
  scoring: Scoring,
): Evaluation['labelFractions'] {
  if (runs.length === 0) return [];
  const fractions = valuesOf(runs, ({ labelFraction }) => labelFraction).map(([labelFraction, of]) => ({
    labelFraction,
    measured: measure(of, scoring),
  }));
  const models = new Set(runs.map(({ model }) => model));
  return [...fractions, { labelFraction: 1, measured: main }].flatMap(({ labelFraction, measured }) =>
    scored(measured, scoring)
      .filter(({ model }) => models.has(model))
      .map((row) => ({ ...row, labelFraction, images: rowsOfSubset(measured.runs.shared, 'train').length })),
  );
}

function measure(runs: readonly SeedRun[], { metrics, bootstrap }: Scoring): MeasuredRuns {
  const aligned = alignRuns(runs);
  return { runs: aligned, uncertainties: uncertaintiesByModel(aligned, metrics, bootstrap) };
}

/** The scores of each model. */
function scored({ runs, uncertainties }: MeasuredRuns, { metrics, bootstrap }: Scoring) {
  return runs.models.map((model) => ({
    model,
    ...runs.cellOf(model),
    seeds: runs.seeds.length,
    summary: {
      test: estimates(metrics, entry(uncertainties, model), bootstrap.level),
    },
  }));
}

/** Fine-tuning minus probe of one model, over the seeds that both have; null without such a seed or model. */
function fineTuningGain(model: string, probed: MeasuredRuns, main: MeasuredRuns, scoring: Scoring) {
  const seeds = probed.runs.seeds.filter((seed) => main.runs.seeds.includes(seed));
  if (seeds.length === 0 || !main.runs.models.includes(model)) return null;
  return differences(
    scoring.metrics,
    overSeeds(seeds, main, model, scoring),
    overSeeds(seeds, probed, model, scoring),
    scoring.bootstrap.level,
  );
}

/** Draws are keyed by the round, so those of all seeds serve where the seeds are all. */
function overSeeds(
  seeds: readonly number[],
  { runs, uncertainties }: MeasuredRuns,
  model: string,
  scoring: Scoring,
): readonly Uncertainty[] {
  if (seeds.length === runs.seeds.length) return entry(uncertainties, model);
  const chosen = seeds.map((seed) => ({
    model,
    ...runs.cellOf(model),
    seed,
    predictions: at(runs.of(model), runs.seeds.indexOf(seed)),
  }));
  return entry(measure(chosen, scoring).uncertainties, model);
}

function valuesOf<T, K extends string | number>(runs: readonly T[], keyOf: (run: T) => K): [K, T[]][] {
  return [...new Set(runs.map(keyOf))]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((key) => [key, runs.filter((run) => keyOf(run) === key)]);
}

function sameTest(main: Predictions, { model, seed, predictions }: SeedRun): void {
  const indices = (of: Predictions) =>
    rowsOfSubset(of, 'test')
      .map((row) => at(of.images, row))
      .map(({ index, label, group }) => `${index}:${at(of.classes, label)}:${group}`)
      .join();
  if (indices(main) !== indices(predictions)) {
    throw new DatasetError(
      `${model}, seed ${seed}, of a side study was tested on other images than the main study; give both the same ` +
        'split.',
    );
  }
}
