/** Two versions of a table, compared by row and column: labels in the table's own terms. */
import { csvParseRows, tsvParseRows } from 'd3-dsv';

export interface TableDifference {
  /** The column that names a row; undefined: no column has a different value in each row, rows are numbered from 1. */
  readonly key: string | undefined;
  readonly columnsCame: readonly string[];
  readonly columnsWent: readonly string[];
  /** Names of rows. */
  readonly came: readonly string[];
  readonly went: readonly string[];
  readonly cells: readonly CellDifference[];
}

export interface CellDifference {
  readonly row: string;
  readonly column: string;
  readonly before: string;
  readonly after: string;
}

export const isTable = (name: string): boolean => /\.(csv|tsv)$/i.test(name);

/** @param name tells the separator: `.csv` or `.tsv` */
export function compareTables(name: string, before: string, after: string): TableDifference {
  const [old, now] = [parse(name, before), parse(name, after)];
  const shared = old.columns.filter((column) => now.columns.includes(column));
  const key = shared.find((column) => isUnique(old, column) && isUnique(now, column));
  const [oldRows, nowRows] = [rowsBy(old, key), rowsBy(now, key)];
  const cells: CellDifference[] = [];
  for (const [row, values] of nowRows) {
    const earlier = oldRows.get(row);
    if (!earlier) continue;
    for (const column of shared) {
      const [a, b] = [cell(old, earlier, column), cell(now, values, column)];
      if (a !== b) cells.push({ row, column, before: a, after: b });
    }
  }
  return {
    key,
    columnsCame: now.columns.filter((column) => !old.columns.includes(column)),
    columnsWent: old.columns.filter((column) => !now.columns.includes(column)),
    came: [...nowRows.keys()].filter((row) => !oldRows.has(row)),
    went: [...oldRows.keys()].filter((row) => !nowRows.has(row)),
    cells,
  };
}

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function parse(name: string, text: string): Table {
  const plain = text.replace(/^\uFEFF/, '');
  const all = /\.tsv$/i.test(name) ? tsvParseRows(plain) : csvParseRows(plain);
  const [columns = [], ...rows] = all.filter((row) => row.length > 1 || row[0] !== '');
  return { columns, rows };
}

const cell = ({ columns }: Table, row: readonly string[], column: string): string => row[columns.indexOf(column)] ?? '';

function isUnique(table: Table, column: string): boolean {
  return new Set(table.rows.map((row) => cell(table, row, column))).size === table.rows.length;
}

function rowsBy(table: Table, key: string | undefined): Map<string, readonly string[]> {
  return new Map(table.rows.map((row, i) => [key === undefined ? String(i + 1) : cell(table, row, key), row]));
}
