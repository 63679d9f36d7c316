/** CSV with a header, as d3-dsv reads it, held against the columns that are expected. */
import { dsvFormat } from 'd3-dsv';
import { DatasetError } from './error.ts';

interface CsvRow<Column extends string> {
  /** For messages; the header is line 1. Exact as long as no cell holds a line break. */
  readonly line: number;
  readonly cells: Readonly<Record<Column, string>>;
}

/** The names in the header. */
export function csvColumns(text: string, separator = ','): string[] {
  return (rowsOf(text, separator)[0] ?? []).map((name) => name.trim());
}

/**
 * The rows as records of the named columns; others are left out. Column names are trimmed, a byte order mark and
 * blank lines are skipped: published tables have them. Throws DatasetError for a missing column or a short row.
 */
export function parseCsv<Column extends string>(
  text: string,
  columns: readonly Column[],
  path: string,
  separator = ',',
): CsvRow<Column>[] {
  const [header = [], ...lines] = rowsOf(text, separator);
  const names = header.map((name) => name.trim());
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw new DatasetError(
      `${path}:1: the column ${missing.join(', ')} is missing; the header is ` +
        `"${names.filter((name) => name !== '').join(',')}".`,
    );
  const places = columns.map((column) => [column, names.indexOf(column)] as const);
  return lines.flatMap((cells, i) => {
    if (cells.every((cell) => cell.trim() === '')) return [];
    const line = i + 2;
    const record = places.map(([column, place]) => {
      const cell = cells[place];
      if (cell === undefined)
        throw new DatasetError(`${path}:${line}: the row has ${cells.length} cells, so that "${column}" is missing.`);
      return [column, cell] as const;
    });
    return [{ line, cells: Object.fromEntries(record) as Record<Column, string> }];
  });
}

export function integerCell<Column extends string>(row: CsvRow<Column>, column: NoInfer<Column>, path: string): number {
  const text = row.cells[column];
  if (!/^\d+$/.test(text))
    throw new DatasetError(`${path}:${row.line}: ${column} is "${text}"; a whole number is expected.`);
  return Number(text);
}

const rowsOf = (text: string, separator: string): string[][] =>
  dsvFormat(separator).parseRows(text.replace(/^\uFEFF/, ''));
