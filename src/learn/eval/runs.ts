/** The trainings to compare, checked: every model with every seed, all on the same images. */
import { DatasetError } from '../dataset/error.ts';
import { labelText, type AnswerTable, type Predictions } from './predictions.ts';
import { at, entry } from '../../util/known.ts';

/** A row and a column of the study: the weights that a model starts from, and the training between. */
export interface Cell {
  readonly start: string;
  readonly pretraining: string;
}

export interface SeedRun<Table extends AnswerTable = Predictions> extends Cell {
  /** The label of the cell. */
  readonly model: string;
  readonly seed: number;
  readonly predictions: Table;
}

export interface AlignedRuns<Table extends AnswerTable = Predictions> {
  /** In the order of declaration: that of their first runs. */
  readonly models: readonly string[];
  /** Ascending. */
  readonly seeds: readonly number[];
  /** The predictions of one model, in the order of `seeds`. */
  readonly of: (model: string) => readonly Table[];
  readonly cellOf: (model: string) => Cell;
  /** Any of them, for the common facts of all: images, labels, groups, subsets. */
  readonly shared: Table;
}

/** Throws DatasetError, naming the run, if the runs are not comparable. */
export function alignRuns<Table extends AnswerTable>(runs: readonly SeedRun<Table>[]): AlignedRuns<Table> {
  const first = runs[0];
  if (first === undefined) throw new DatasetError('There are no predictions to evaluate.');
  const models = [...new Set(runs.map((run) => run.model))];
  const seeds = [...new Set(runs.map((run) => run.seed))].sort((a, b) => a - b);
  const byModel = new Map(models.map((model) => [model, seeds.map((seed) => only(runs, model, seed).predictions)]));
  for (const run of runs) sameImages(first, run);
  const cells = new Map(runs.map(({ model, start, pretraining }) => [model, { start, pretraining }]));
  return {
    models,
    seeds,
    of: (model) => entry(byModel, model),
    cellOf: (model) => entry(cells, model),
    shared: first.predictions,
  };
}

function only<Table extends AnswerTable>(runs: readonly SeedRun<Table>[], model: string, seed: number): SeedRun<Table> {
  const found = runs.filter((run) => run.model === model && run.seed === seed);
  if (found.length === 1) return at(found, 0);
  throw new DatasetError(
    `There are ${found.length} predictions of ${model} with seed ${seed}; models are compared pair by pair, so ` +
      'exactly one is expected.',
  );
}

function sameImages(first: SeedRun<AnswerTable>, run: SeedRun<AnswerTable>): void {
  const nameOf = ({ model, seed }: SeedRun<AnswerTable>) => `${model}, seed ${seed}`;
  const [expected, found] = [first.predictions, run.predictions];
  if (expected.classes.join('\n') !== found.classes.join('\n')) {
    throw new DatasetError(
      `${nameOf(run)} predicts the classes ${found.classes.join(', ')}; ` +
        `${nameOf(first)} predicts ${expected.classes.join(', ')}.`,
    );
  }
  if (expected.images.length !== found.images.length) {
    throw new DatasetError(
      `${nameOf(run)} predicts ${found.images.length} images; ${nameOf(first)} predicts ${expected.images.length}.`,
    );
  }
  expected.images.forEach((image, i) => {
    const other = at(found.images, i);
    if (
      image.index !== other.index ||
      image.subset !== other.subset ||
      labelText(image.label, expected.classes) !== labelText(other.label, found.classes) ||
      image.group !== other.group
    ) {
      throw new DatasetError(
        `Row ${i + 2} of ${nameOf(run)} is image ${other.index} (${other.subset}, ` +
          `${labelText(other.label, found.classes)}, group ${other.group}); ` +
          `of ${nameOf(first)} it is image ${image.index} (${image.subset}, ` +
          `${labelText(image.label, expected.classes)}, group ${image.group}).`,
      );
    }
  });
}
