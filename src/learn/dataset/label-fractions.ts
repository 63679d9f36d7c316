/** Chooses the training images that keep their labels if only a fraction of all labels is used. */
import { random } from '../../util/random.ts';
import { DatasetError } from './error.ts';
import type { TableRow } from './table.ts';
import { at, entry } from '../../util/known.ts';

/**
 * For each of the rows, the smallest of `fractions` (or 1) that has it. Every class keeps its share, and at least one
 * image; a smaller fraction is a part of a larger one. Groups are drawn one after the other: a tenth of the labels are
 * those of a tenth of the patients, not one image of each patient.
 */
export function assignLabelFractions(rows: readonly TableRow[], fractions: readonly number[], seed: number): number[] {
  const wrong = fractions.find((fraction) => fraction <= 0 || fraction > 1);
  if (wrong !== undefined) throw new DatasetError(`labelFractions holds ${wrong}; each must be above 0 and at most 1.`);
  const ascending = [...new Set([...fractions, 1])].sort((a, b) => a - b);
  const smallest = new Map<number, number>();
  for (const label of new Set(rows.map((row) => row.label))) {
    const drawn = inDrawnOrder(
      rows.filter((row) => row.label === label),
      seed,
    );
    const ends = ascending.map((fraction) => ({ fraction, end: Math.max(1, Math.round(fraction * drawn.length)) }));
    drawn.forEach((index, place) => smallest.set(index, ends.find(({ end }) => place < end)?.fraction ?? 1));
  }
  return rows.map(({ index }) => entry(smallest, index));
}

/** The rows of one class, group by group. */
function inDrawnOrder(rows: readonly TableRow[], seed: number): number[] {
  const groups = new Map<string, number[]>();
  for (const { group, index } of rows) groups.set(group, [...(groups.get(group) ?? []), index]);
  const members = [...groups.values()];
  return [...random('label shares', seed, at(rows, 0).label).permutation(members.length)].flatMap((place) =>
    at(members, place),
  );
}
