/** Experiments beside the main one, scored alike: frozen probes, fewer labels, a split that leaks. */
import { DatasetError } from '../dataset/error.ts';
import type { EqualPair } from '../dataset/audit/equal-images.ts';
import type { BootstrapOptions } from './bootstrap.ts';
import { estimates, roundsByModel } from './estimates.ts';
import type { NamedMetrics } from './metrics.ts';
import type { DatasetEvaluation } from './evaluation.ts';
import { leaksOf } from './leaks.ts';
import type { Predictions } from './predictions.ts';
import { comparable, type ComparableRuns, type Run } from './runs.ts';
import { rowsOf, scoredPart } from './scored.ts';

export interface SideStudies {
  /** A classifier on the frozen features of each model's start. */
  readonly probes: readonly (Run & { readonly kind: 'linear' | 'knn' })[];
  /** Fine-tuning with a share of the labels; the training part of the predictions is what was learned from. */
  readonly fractions: readonly (Run & { readonly labels: number })[];
  /** Fine-tuning on a split that leaks, with test images of its own. */
  readonly leaky: readonly Run[];
}

interface Scoring {
  readonly metrics: NamedMetrics;
  readonly bootstrap: BootstrapOptions;
  /** Null where nobody looked for equal images. */
  readonly equal: readonly EqualPair[] | null;
}

/** Throws DatasetError where probes or fractions were tested on other images than `main`. */
export function scoreSideStudies(
  { probes, fractions, leaky }: SideStudies,
  main: ComparableRuns,
  scoring: Scoring,
): Pick<DatasetEvaluation, 'probes' | 'fractions' | 'leaky'> {
  for (const run of [...probes, ...fractions]) sameTest(main.shared, run);
  const whole = main.models.flatMap((model) =>
    main.seeds.map((seed, i) => ({ model, seed, predictions: main.of(model)[i]!, labels: 1 })),
  );
  // The whole of the labels is the main study, shown again where there is something to compare it with.
  const shares =
    fractions.length === 0
      ? []
      : [...fractions, ...whole.filter(({ model }) => fractions.some((run) => run.model === model))];
  return {
    probes: valuesOf(probes, ({ kind }) => kind).flatMap(([kind, runs]) =>
      scored(runs, scoring).map((row) => ({ ...row, kind })),
    ),
    fractions: valuesOf(shares, ({ labels }) => labels).flatMap(([labels, runs]) =>
      scored(runs, scoring).map((row) => ({ ...row, labels, images: rowsOf(runs[0]!.predictions, 'train').length })),
    ),
    leaky:
      leaky.length === 0
        ? []
        : scored(leaky, scoring).map((row) => ({ ...row, ...leaksOf(leaky[0]!.predictions, scoring.equal) })),
  };
}

/** Of each model, in the order of names. */
function scored(runs: readonly Run[], { metrics, bootstrap }: Scoring) {
  const compared = comparable(runs);
  const rounds = roundsByModel(compared, metrics, bootstrap);
  return compared.models.map((model) => ({
    model,
    seeds: compared.seeds.length,
    summary: {
      test: estimates(
        compared.of(model).map((predictions) => scoredPart(predictions, 'test')),
        metrics,
        rounds.get(model)!,
        bootstrap.level,
      ),
    },
  }));
}

function valuesOf<T, K extends string | number>(runs: readonly T[], keyOf: (run: T) => K): [K, T[]][] {
  return [...new Set(runs.map(keyOf))]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((key) => [key, runs.filter((run) => keyOf(run) === key)]);
}

function sameTest(main: Predictions, { model, seed, predictions }: Run): void {
  const indices = (of: Predictions) =>
    rowsOf(of, 'test')
      .map((row) => `${of.images[row]!.index}:${of.classes[of.images[row]!.label]!}`)
      .join();
  if (indices(main) !== indices(predictions)) {
    throw new DatasetError(
      `${model}, seed ${seed}, of a side study was tested on other images than the main study; give both the same split.`,
    );
  }
}
