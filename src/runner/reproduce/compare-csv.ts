import { csvParseRows } from 'd3-dsv';
import type { Differences } from './differences.ts';
import { at } from '../../util/known.ts';

/** Cells that are numbers in both tables by value, all others exactly. The first row names the columns. */
export function compareCsv(recorded: string, now: string, differences: Differences): void {
  const [before, after] = [csvParseRows(recorded), csvParseRows(now)];
  if (before.length !== after.length) differences.other('number of rows', String(before.length), String(after.length));
  const columns = before[0] ?? [];
  for (let row = 0; row < Math.min(before.length, after.length); row++) {
    const [a, b] = [at(before, row), at(after, row)];
    for (let column = 0; column < Math.max(a.length, b.length); column++) {
      const name = columns[column] ?? `column ${column + 1}`;
      compareCell(name, `row ${row + 1}, ${name}`, a[column], b[column], differences);
    }
  }
}

function compareCell(
  column: string,
  place: string,
  recorded: string | undefined,
  now: string | undefined,
  differences: Differences,
): void {
  if (recorded === now) return;
  const [a, b] = [numberOf(recorded), numberOf(now)];
  if (a !== undefined && b !== undefined) differences.number(column, () => place, a, b);
  else differences.other(place, recorded ?? '(absent)', now ?? '(absent)');
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
