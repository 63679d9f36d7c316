/** Experiments beside the main one, scored alike: frozen probes, fewer labels, a split that leaks. */
import { DatasetError } from '../dataset/error.ts';
import type { EqualPair } from '../dataset/audit/equal-images.ts';
import type { BootstrapOptions } from './bootstrap.ts';
import { differences, estimates, uncertaintiesByModel } from './estimates.ts';
import type { Judge } from './judge.ts';
import type { Evaluation } from '../../formats/evaluation.ts';
import { countLeaks } from './leaks.ts';
import { labelText, type AnswerTable, type Predictions } from './predictions.ts';
import { alignRuns, type AlignedRuns, type SeedRun } from './runs.ts';
import { rowsOfSubset, type ScoredImages } from './scored.ts';
import type { Uncertainty } from './uncertainty.ts';
import { at, entry } from '../../util/known.ts';

type ProbeRun<Table extends AnswerTable> = SeedRun<Table> & {
  readonly kind: 'linear' | 'knn';
  readonly labelFraction: number;
};

export interface SideStudies<Table extends AnswerTable = Predictions> {
  /** A classifier on the frozen features of each model's start. */
  readonly probes: readonly ProbeRun<Table>[];
  /** The same on the features of encoders that are no start of a model; one run of each. */
  readonly encoders: readonly ProbeRun<Table>[];
  /**
   * Fine-tuning with a share of the labels; the training subset of the predictions has the images used for training.
   */
  readonly labelFractions: readonly (SeedRun<Table> & { readonly labelFraction: number })[];
  /** Fine-tuning on a split that leaks, with test images of its own. */
  readonly leaky: readonly SeedRun<Table>[];
}

interface Scoring<Table extends AnswerTable, Scored extends ScoredImages> {
  readonly judge: Judge<Table, Scored>;
  readonly bootstrap: BootstrapOptions;
  /** Null without an audit. */
  readonly equal: readonly EqualPair[] | null;
}

/** Comparable runs, and the uncertainty of every metric of each model over their seeds. */
interface MeasuredRuns<Table extends AnswerTable> {
  readonly runs: AlignedRuns<Table>;
  readonly uncertainties: ReadonlyMap<string, readonly Uncertainty[]>;
}

/** Throws DatasetError if probes or fractions were tested on other images than `main`. */
export function scoreSideStudies<Table extends AnswerTable, Scored extends ScoredImages>(
  { probes, encoders, labelFractions, leaky }: SideStudies<Table>,
  main: MeasuredRuns<Table>,
  scoring: Scoring<Table, Scored>,
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

function scoreProbes<Table extends AnswerTable, Scored extends ScoredImages>(
  probes: readonly ProbeRun<Table>[],
  main: MeasuredRuns<Table>,
  scoring: Scoring<Table, Scored>,
): Evaluation['probes'] {
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
function scoreLabelFractions<Table extends AnswerTable, Scored extends ScoredImages>(
  runs: SideStudies<Table>['labelFractions'],
  main: MeasuredRuns<Table>,
  scoring: Scoring<Table, Scored>,
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

function measure<Table extends AnswerTable, Scored extends ScoredImages>(
  runs: readonly SeedRun<Table>[],
  { judge, bootstrap }: Scoring<Table, Scored>,
): MeasuredRuns<Table> {
  const aligned = alignRuns(runs);
  return { runs: aligned, uncertainties: uncertaintiesByModel(aligned, judge, bootstrap) };
}

/** The scores of each model. */
function scored<Table extends AnswerTable, Scored extends ScoredImages>(
  { runs, uncertainties }: MeasuredRuns<Table>,
  { judge, bootstrap }: Scoring<Table, Scored>,
) {
  return runs.models.map((model) => ({
    model,
    ...runs.cellOf(model),
    seeds: runs.seeds.length,
    summary: {
      test: estimates(judge.metrics, entry(uncertainties, model), bootstrap.level),
    },
  }));
}

/** Fine-tuning minus probe of one model, over the seeds that both have; null without such a seed or model. */
function fineTuningGain<Table extends AnswerTable, Scored extends ScoredImages>(
  model: string,
  probed: MeasuredRuns<Table>,
  main: MeasuredRuns<Table>,
  scoring: Scoring<Table, Scored>,
) {
  const seeds = probed.runs.seeds.filter((seed) => main.runs.seeds.includes(seed));
  if (seeds.length === 0 || !main.runs.models.includes(model)) return null;
  return differences(
    scoring.judge.metrics,
    overSeeds(seeds, main, model, scoring),
    overSeeds(seeds, probed, model, scoring),
    scoring.bootstrap.level,
  );
}

/** Draws are keyed by the round, so those of all seeds serve where the seeds are all. */
function overSeeds<Table extends AnswerTable, Scored extends ScoredImages>(
  seeds: readonly number[],
  { runs, uncertainties }: MeasuredRuns<Table>,
  model: string,
  scoring: Scoring<Table, Scored>,
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

function sameTest(main: AnswerTable, { model, seed, predictions }: SeedRun<AnswerTable>): void {
  const indices = (of: AnswerTable) =>
    rowsOfSubset(of, 'test')
      .map((row) => at(of.images, row))
      .map(({ index, label, group }) => `${index}:${labelText(label, of.classes)}:${group}`)
      .join();
  if (indices(main) !== indices(predictions)) {
    throw new DatasetError(
      `${model}, seed ${seed}, of a side study was tested on other images than the main study; give both the same ` +
        'split.',
    );
  }
}
