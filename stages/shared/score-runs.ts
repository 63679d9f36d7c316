/** The scored trainings of masks and boxes: all of them, and those whose images are shown. */
import { at } from '../../src/util/known.ts';
import type { ScoredRun } from '../../src/learn/eval/compare-runs.ts';
import type { Cell } from '../../src/learn/eval/runs.ts';
import { labelOf, type Labels } from './labels.ts';

type Subset = 'validation' | 'test';

interface Training {
  /** Its predictions. */
  readonly path: string;
  readonly axes: Cell & { readonly seed: number };
}

interface Progress {
  progress(state: { done: number; total: number; unit: string }): void;
}

/** Reads one training after the other, so that the predictions of one only are held. */
export async function scoreRuns<Predictions, Scored extends readonly unknown[]>(
  trainings: readonly Training[],
  labels: Labels,
  read: (path: string) => Promise<Predictions>,
  scored: (predictions: Predictions, file: string, subset: Subset) => Scored,
  stage: Progress,
): Promise<ScoredRun<Scored>[]> {
  const runs: ScoredRun<Scored>[] = [];
  for (const [done, { path, axes }] of trainings.entries()) {
    const predictions = await read(path);
    runs.push({
      ...axes,
      model: labelOf(axes, labels),
      validation: scored(predictions, path, 'validation'),
      test: scored(predictions, path, 'test'),
    });
    stage.progress({ done: done + 1, total: trainings.length, unit: 'models' });
  }
  return runs;
}

interface Evaluated {
  readonly models: readonly { readonly model: string }[];
  readonly seeds: readonly number[];
}

/** The run of each model with the first seed, in the order of the tables. */
export function shownRuns<Run extends { readonly model: string; readonly seed: number }>(
  { models, seeds }: Evaluated,
  runs: readonly Run[],
): Run[] {
  return models.flatMap(({ model }) => runs.find((run) => run.model === model && run.seed === at(seeds, 0)) ?? []);
}
