/**
 * Tables in which an image may have several labels: `Effusion|Edema`, or a column of 0 and 1 for each finding. No stage
 * trains on findings that do not exclude each other, so such tables are refused by name.
 */
import { isMissing } from './words.ts';

const SEPARATORS = ['|', ';', '/', '+', ','];
const REMEDY =
  'The classes of a study exclude each other, and findings that do not are not trained. Choose one finding: a column ' +
  '"label" with two values, such as "Edema" and "none".';

/** The refusal for labels that join others: one separator, all of whose parts occur as labels or in several joins. */
export function joinedLabels(labels: readonly string[]): string | undefined {
  const distinct = new Set(labels);
  for (const separator of SEPARATORS) {
    const joined = [...distinct].filter((label) => label.includes(separator));
    const parts = joined.flatMap((label) => label.split(separator).map((part) => part.trim()));
    const [example] = joined;
    if (example === undefined || parts.includes('')) continue;
    const isKnown = (part: string) => distinct.has(part) || parts.filter((other) => other === part).length > 1;
    if (separator === '|' || parts.every(isKnown)) {
      const count = labels.filter((label) => label.includes(separator)).length;
      return `${count} image(s) have several labels, "${example}" for one. ${REMEDY}`;
    }
  }
  return undefined;
}

/** Columns of 0 and 1, and the meaning of all of them together. */
export type Indicators =
  | { readonly kind: 'none' }
  /** One 1 in each row: the column is the class. */
  | { readonly kind: 'classes'; readonly columns: readonly string[] }
  | { readonly kind: 'findings'; readonly refusal: string };

/** `rows`: the cells of each row by column. Columns of other roles are left out. */
export function indicatorColumns(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string>>[],
): Indicators {
  const isIndicator = (column: string) => rows.every((row) => valueOf(row[column]) !== undefined);
  const isFilled = (column: string) => rows.some((row) => [0, 1].includes(valueOf(row[column]) ?? -1));
  const found = columns.filter((column) => isIndicator(column) && isFilled(column));
  if (found.length < 2) return { kind: 'none' };
  const ones = rows.map((row) => found.filter((column) => valueOf(row[column]) === 1).length);
  const isCertain = rows.every((row) => found.every((column) => [0, 1].includes(valueOf(row[column]) ?? -1)));
  if (isCertain && ones.every((count) => count === 1)) return { kind: 'classes', columns: found };
  const shown = found.slice(0, 4).join(', ') + (found.length > 4 ? ` and ${found.length - 4} more` : '');
  const many = ones.filter((count) => count > 1).length;
  const none = ones.filter((count) => count === 0).length;
  return {
    kind: 'findings',
    refusal: `the columns ${shown} are findings: ${many} row(s) have several, ${none} have none. ${REMEDY}`,
  };
}

/** -1 and blank are uncertain; undefined for any other text. */
function valueOf(cell = ''): number | undefined {
  if (isMissing(cell)) return -1;
  const value = Number(cell.trim());
  return [0, 1, -1].includes(value) ? value : undefined;
}
