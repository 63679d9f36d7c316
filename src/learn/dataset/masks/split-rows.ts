/** The rows of a data set with masks, as a split sees them. */
import type { EqualImages } from '../remove-duplicates.ts';
import type { Split } from '../split-table.ts';
import type { TableRow } from '../table.ts';
import { at } from '../../../util/known.ts';
import { ANY_IMAGE, WITHOUT_MASK } from './listing.ts';

const hasMask = ({ facts }: TableRow): boolean => facts?.mask !== WITHOUT_MASK.mask;

/**
 * The images with a mask, which are the first ones of the table. All are of one class: a mask has no class as a whole.
 */
export const maskedRows = (table: readonly TableRow[]): TableRow[] =>
  table.filter(hasMask).map((row) => ({ ...row, label: ANY_IMAGE }));

/** The images without a mask, but none whose group or copy validates or tests. */
export function pretrainingRows(
  table: readonly TableRow[],
  { validation, test }: Split,
  equal: readonly EqualImages[],
): number[] {
  const judges = new Set([...validation, ...test]);
  const groups = new Set([...judges].map((index) => at(table, index).group));
  const copies = new Set(equal.filter((images) => images.some((index) => judges.has(index))).flat());
  return table
    .filter((row) => !hasMask(row) && !groups.has(row.group) && !copies.has(row.index))
    .map(({ index }) => index);
}
