/** `split.csv`: which images train, which select, which test. */
import { readFile, writeFile } from 'node:fs/promises';
import { csvFormat } from 'd3-dsv';
import { parseTable, wholeNumber } from './csv.ts';
import { DatasetError } from './error.ts';

export const PARTS = ['train', 'validation', 'test'] as const;
export type Part = (typeof PARTS)[number];

/** Rows of the packed images, ascending. An image in no part is not used. */
export type Parts = Readonly<Record<Part, readonly number[]>>;

export interface Split extends Parts {
  /**
   * For each row of `train`, the smallest share of labels that has it: who may use a tenth of the labels trains on the
   * rows with 0.1 or less.
   */
  readonly labels: readonly number[];
}

export async function writeSplit(path: string, split: Split): Promise<void> {
  const labels = new Map(split.train.map((index, i) => [index, split.labels[i]!]));
  const rows = PARTS.flatMap((part) =>
    split[part].map((index) => ({ index, part, labels: part === 'train' ? labels.get(index)! : '' })),
  ).sort((a, b) => a.index - b.index);
  await writeFile(path, `${csvFormat(rows, ['index', 'part', 'labels'])}\n`);
}

/** Throws DatasetError when a part or a share is none, or an image stands in two parts or is not one of `count`. */
export async function readSplit(path: string, count: number): Promise<Split> {
  const shares = new Map<number, number>();
  const split: Record<Part, number[]> = { train: [], validation: [], test: [] };
  const seen = new Set<number>();
  for (const row of parseTable(await readFile(path, 'utf8'), ['index', 'part', 'labels'], path)) {
    const index = wholeNumber(row, 'index', path);
    const part = PARTS.find((name) => name === row.cells.part);
    if (part === undefined)
      throw new DatasetError(`${path}:${row.line}: the part is "${row.cells.part}"; ${PARTS.join(', ')} are allowed.`);
    if (index >= count)
      throw new DatasetError(`${path}:${row.line}: there is no image ${index}; the data set has ${count}.`);
    if (seen.has(index)) throw new DatasetError(`${path}:${row.line}: image ${index} is listed twice.`);
    seen.add(index);
    split[part].push(index);
    if (part === 'train') shares.set(index, shareOf(row.cells.labels, `${path}:${row.line}`));
  }
  for (const part of PARTS) split[part].sort((a, b) => a - b);
  return { ...split, labels: split.train.map((index) => shares.get(index)!) };
}

function shareOf(text: string, place: string): number {
  const share = text === '' ? Number.NaN : Number(text);
  if (!(share > 0 && share <= 1))
    throw new DatasetError(
      `${place}: labels is "${text}"; a share above 0 and at most 1 is expected in training rows.`,
    );
  return share;
}
