/** `split.csv`: the subset of each image: training, validation or test. */
import { readFile, writeFile } from 'node:fs/promises';
import { csvFormat } from 'd3-dsv';
import { SUBSETS, type Subset } from '../../formats/subset.ts';
import { parseCsv, integerCell } from './csv.ts';
import { DatasetError } from './error.ts';
import { at, entry } from '../../util/known.ts';

/** Rows of the packed images, ascending. An image in no subset is not used. */
export type SubsetIndices = Readonly<Record<Subset, readonly number[]>>;

export interface Split extends SubsetIndices {
  /**
   * For each row of `train`, the smallest fraction of labels that includes it: with a tenth of the labels, training
   * uses the rows with 0.1 or less.
   */
  readonly labelFractions: readonly number[];
  /** Images without a label that pre-training sees beside those of `train`; none where it is absent. */
  readonly pretraining?: readonly number[];
}

const PRETRAINING = 'pretraining';

export async function writeSplit(path: string, split: Split): Promise<void> {
  const labels = new Map(split.train.map((index, i) => [index, at(split.labelFractions, i)]));
  const rows = [
    ...SUBSETS.flatMap((subset) =>
      split[subset].map((index) => ({ index, subset, labelFraction: subset === 'train' ? entry(labels, index) : '' })),
    ),
    ...(split.pretraining ?? []).map((index) => ({ index, subset: PRETRAINING, labelFraction: '' })),
  ].sort((a, b) => a.index - b.index);
  await writeFile(path, `${csvFormat(rows, ['index', 'subset', 'labelFraction'])}\n`);
}

/**
 * Throws DatasetError if a subset or a fraction is malformed, or an image is in two subsets or is not one of `count`.
 */
export async function readSplit(path: string, count: number): Promise<Split> {
  const fractions = new Map<number, number>();
  const split: Record<Subset, number[]> = { train: [], validation: [], test: [] };
  const pretraining: number[] = [];
  const seen = new Set<number>();
  for (const row of parseCsv(await readFile(path, 'utf8'), ['index', 'subset', 'labelFraction'], path)) {
    const index = integerCell(row, 'index', path);
    const subset = SUBSETS.find((name) => name === row.cells.subset);
    if (subset === undefined && row.cells.subset !== PRETRAINING)
      throw new DatasetError(
        `${path}:${row.line}: the subset is "${row.cells.subset}"; ${SUBSETS.join(', ')} are allowed.`,
      );
    if (index >= count)
      throw new DatasetError(`${path}:${row.line}: there is no image ${index}; the data set has ${count}.`);
    if (seen.has(index)) throw new DatasetError(`${path}:${row.line}: image ${index} is listed twice.`);
    seen.add(index);
    (subset === undefined ? pretraining : split[subset]).push(index);
    if (subset === 'train') fractions.set(index, fractionOf(row.cells.labelFraction, `${path}:${row.line}`));
  }
  for (const subset of SUBSETS) split[subset].sort((a, b) => a - b);
  const labelFractions = split.train.map((index) => entry(fractions, index));
  return {
    ...split,
    labelFractions,
    ...(pretraining.length > 0 && { pretraining: pretraining.sort((a, b) => a - b) }),
  };
}

function fractionOf(text: string, place: string): number {
  const fraction = text === '' ? Number.NaN : Number(text);
  if (!(fraction > 0 && fraction <= 1))
    throw new DatasetError(
      `${place}: labelFraction is "${text}"; a fraction above 0 and at most 1 is expected in training rows.`,
    );
  return fraction;
}
