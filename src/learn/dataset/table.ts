/** `table.csv`: one row per packed image, in the order of the tensor. */
import { readFile, writeFile } from 'node:fs/promises';
import { csvFormat } from 'd3-dsv';
import { csvColumns, parseCsv, integerCell } from './csv.ts';
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
  /** Class name, or findings as one text (findings.ts). */
  readonly label: string;
  /** Lesion or patient: rows of one group may not be on two sides of a split. */
  readonly group: string;
  readonly split: PublishedSplit;
  /** Further columns, such as the manufacturer of the scanner or the sex of the patient. */
  readonly facts?: Readonly<Record<string, string>>;
}

const COLUMNS = ['index', 'image', 'label', 'group', 'split'] as const;

export async function writeTable(path: string, rows: readonly TableRow[]): Promise<void> {
  const names = [...new Set(rows.flatMap(({ facts = {} }) => Object.keys(facts)))];
  const filled = names.filter((name) => rows.some(({ facts }) => (facts?.[name] ?? '') !== ''));
  const records = rows.map(({ facts, ...row }) => ({
    ...row,
    ...Object.fromEntries(filled.map((name) => [name, facts?.[name] ?? ''])),
  }));
  await writeFile(path, `${csvFormat<Record<string, unknown>>(records, [...COLUMNS, ...filled])}\n`);
}

/** Throws DatasetError, naming line and column, if the file differs from those of ingest. */
export async function readTable(path: string): Promise<TableRow[]> {
  const text = await readFile(path, 'utf8');
  const known: readonly string[] = COLUMNS;
  const others = csvColumns(text).filter((name) => !known.includes(name));
  const facts = others.length === 0 ? [] : parseCsv<string>(text, others, path).map(({ cells }) => cells);
  const rows = parseCsv(text, COLUMNS, path);
  return rows.map((row, i) => {
    const index = integerCell(row, 'index', path);
    if (index !== i)
      throw new DatasetError(`${path}:${row.line}: index: expected ${i}, got ${index}; row i belongs to image i.`);
    const split = row.cells.split;
    if (!isPublishedSplit(split))
      throw new DatasetError(
        `${path}:${row.line}: split: expected "train", "validation", "test" or nothing, got "${split}".`,
      );
    const { image, label, group } = row.cells;
    return { index, image, label, group, split, ...(facts[i] && { facts: facts[i] }) };
  });
}
