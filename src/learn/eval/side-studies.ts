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
import { at, entry } from '../../util/known.ts';

export interface SideStudies {
  /** A classifier on the frozen features of each model's start. */
  readonly probes: readonly (SeedRun & { readonly kind: 'linear' | 'knn'; readonly labelFraction: number })[];
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

/** Throws DatasetError if probes or fractions were tested on other images than `main`. */
export function scoreSideStudies(
  { probes, labelFractions, leaky }: SideStudies,
  main: AlignedRuns,
  scoring: Scoring,
): Pick<Evaluation, 'probes' | 'labelFractions' | 'leaky'> {
  for (const run of [...probes, ...labelFractions]) sameTest(main.shared, run);
  const whole = main.models.flatMap((model) =>
    main.seeds.map((seed, i) => ({
      model,
      ...main.cellOf(model),
      seed,
      predictions: at(main.of(model), i),
      labelFraction: 1,
    })),
  );
  // The whole of the labels is the main study, shown again beside the smaller fractions.
  const shares =
    labelFractions.length === 0
      ? []
      : [...labelFractions, ...whole.filter(({ model }) => labelFractions.some((run) => run.model === model))];
  return {
    probes: valuesOf(probes, ({ kind }) => kind).flatMap(([kind, ofKind]) =>
      valuesOf(ofKind, ({ labelFraction }) => labelFraction).flatMap(([labelFraction, runs]) =>
        scored(runs, scoring).map((row) => ({
          ...row,
          kind,
          labelFraction,
          fineTuningGain: labelFraction === 1 ? fineTuningGain(row.model, runs, main, scoring) : null,
        })),
      ),
    ),
    labelFractions: valuesOf(shares, ({ labelFraction }) => labelFraction).flatMap(([labelFraction, runs]) =>
      scored(runs, scoring).map((row) => ({
        ...row,
        labelFraction,
        images: rowsOfSubset(at(runs, 0).predictions, 'train').length,
      })),
    ),
    leaky:
      leaky.length === 0
        ? []
        : scored(leaky, scoring).map((row) => ({ ...row, ...countLeaks(at(leaky, 0).predictions, scoring.equal) })),
  };
}

/** The scores of each model, in the order of names. */
function scored(runs: readonly SeedRun[], { metrics, bootstrap }: Scoring) {
  const compared = alignRuns(runs);
  const uncertainties = uncertaintiesByModel(compared, metrics, bootstrap);
  return compared.models.map((model) => ({
    model,
    ...compared.cellOf(model),
    seeds: compared.seeds.length,
    summary: {
      test: estimates(metrics, entry(uncertainties, model), bootstrap.level),
    },
  }));
}

/** Fine-tuning minus probe of one model, over the seeds that both have; null without such a seed. */
function fineTuningGain(model: string, probes: readonly SeedRun[], main: AlignedRuns, { metrics, bootstrap }: Scoring) {
  const probed = probes.filter((run) => run.model === model && main.seeds.includes(run.seed));
  if (probed.length === 0) return null;
  const tuned = probed.map((run) => ({
    ...run,
    model: 'fine-tuning',
    predictions: at(main.of(model), main.seeds.indexOf(run.seed)),
  }));
  // The probe has its own rows of training images, of which nothing is compared.
  const compared = uncertaintiesByModel(
    alignRuns([...tuned, ...probed.map((run) => ({ ...run, model: 'probe' }))].map(onlyTested)),
    metrics,
    bootstrap,
  );
  return differences(metrics, entry(compared, 'fine-tuning'), entry(compared, 'probe'), bootstrap.level);
}

function onlyTested<Run extends SeedRun>(run: Run): Run {
  const { classes, images, probabilities, predicted } = run.predictions;
  const rows = rowsOfSubset(run.predictions, 'test');
  return {
    ...run,
    predictions: {
      classes,
      images: rows.map((row) => at(images, row)),
      predicted: Int32Array.from(rows, (row) => at(predicted, row)),
      probabilities: Float64Array.from(
        rows.flatMap((row) => [...probabilities.subarray(row * classes.length, (row + 1) * classes.length)]),
      ),
    },
  };
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
      .map(({ index, label }) => `${index}:${at(of.classes, label)}`)
      .join();
  if (indices(main) !== indices(predictions)) {
    throw new DatasetError(
      `${model}, seed ${seed}, of a side study was tested on other images than the main study; give both the same ` +
        'split.',
    );
  }
}
