/** One table of every model's predictions, from which anybody can compute the scores again. */
import { writeFile } from 'node:fs/promises';
import { csvFormatRows } from 'd3-dsv';
import { at } from '../../util/known.ts';
import { labelText, probabilityCells, type AnswerTable } from './predictions.ts';
import type { SeedRun } from './runs.ts';

const LEADING = ['model', 'start', 'pretraining', 'seed', 'subset', 'index', 'group', 'label'] as const;

/**
 * Rows of the validation and the test subset of all runs. Images and groups are numbers, because names of files and
 * patients stay with the data. `runs` is not empty, and all predict the same classes.
 */
export async function writeAllPredictions(path: string, runs: readonly SeedRun<AnswerTable>[]): Promise<void> {
  const header = [...LEADING, ...probabilityCells(at(runs, 0).predictions).header];
  const groups = new Map<string, number>();
  const rows = runs.flatMap((run) => rowsOf(run, groups));
  await writeFile(path, `${csvFormatRows([header, ...rows])}\n`);
}

function rowsOf(
  { model, start, pretraining, seed, predictions }: SeedRun<AnswerTable>,
  groups: Map<string, number>,
): string[][] {
  const { classes, images } = predictions;
  const cells = probabilityCells(predictions);
  return images.flatMap(({ index, group, subset, label }, i) => {
    if (subset === 'train') return [];
    const number = groups.get(group) ?? groups.size;
    groups.set(group, number);
    return [
      [
        model,
        start,
        pretraining,
        String(seed),
        subset,
        String(index),
        String(number),
        labelText(label, classes),
        ...cells.of(i),
      ],
    ];
  });
}
