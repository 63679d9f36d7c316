/** `table.csv`: one row per packed image, in the order of the tensor. */
import { readFile, writeFile } from 'node:fs/promises';
import { csvFormat } from 'd3-dsv';
import { parseCsv, integerCell } from './csv.ts';
import { DatasetError } from './error.ts';

/** The published split of a data set; empty if it has none. */
export type PublishedSplit = 'train' | 'validation' | 'test' | '';

export const isPublishedSplit = (text: string): text is PublishedSplit =>
  ['train', 'validation', 'test', ''].includes(text);

export interface TableRow {
  /** Row of `images.safetensors`. */
  readonly index: number;
  /** Path below the data set's folder, with forward slashes. */
  readonly image: string;
  /** Class name. */
  readonly label: string;
  /** Lesion or patient: rows of one group may not be on two sides of a split. */
  readonly group: string;
  readonly split: PublishedSplit;
}

const COLUMNS = ['index', 'image', 'label', 'group', 'split'] as const;

export async function writeTable(path: string, rows: readonly TableRow[]): Promise<void> {
  await writeFile(path, `${csvFormat(rows, [...COLUMNS])}\n`);
}

/** Throws DatasetError, naming line and column, if the file differs from those of ingest. */
export async function readTable(path: string): Promise<TableRow[]> {
  const rows = parseCsv(await readFile(path, 'utf8'), COLUMNS, path);
  return rows.map((row, i) => {
    const index = integerCell(row, 'index', path);
    if (index !== i)
      throw new DatasetError(`${path}:${row.line}: index: expected ${i}, got ${index}; row i belongs to image i.`);
    const split = row.cells.split;
    if (!isPublishedSplit(split))
      throw new DatasetError(
        `${path}:${row.line}: split: expected "train", "validation", "test" or nothing, got "${split}".`,
      );
    return { index, image: row.cells.image, label: row.cells.label, group: row.cells.group, split };
  });
}
