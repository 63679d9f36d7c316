/** Takes equal images apart: none may train that also selects or tests. */
import { SUBSETS, type Subset } from '../../formats/subset.ts';
import { type SubsetIndices } from './split-table.ts';
import { entry } from '../../util/known.ts';

/** Rows of images that are equal to each other, ascending, two at least. */
export type EqualImages = readonly number[];

export interface RemovedDuplicate {
  readonly index: number;
  /** The subset that it was drawn into. */
  readonly from: Subset;
  /** The equal image that stays, and its subset. */
  readonly duplicateOf: number;
  readonly subset: Subset;
}

/**
 * Among equal images, those in the test subset stay, else those in the validation subset, else the first training
 * image, independent of labels. Duplicates within the test or the validation subset stay, because removing them would
 * change the measurement.
 */
export function removeDuplicates(
  subsets: SubsetIndices,
  duplicates: readonly EqualImages[],
): { readonly subsets: SubsetIndices; readonly removed: readonly RemovedDuplicate[] } {
  const subsetOf = new Map(SUBSETS.flatMap((subset) => subsets[subset].map((index) => [index, subset] as const)));
  const removed = duplicates.flatMap((equal) => {
    const used = equal.filter((index) => subsetOf.has(index));
    const [strongest] = (['test', 'validation', 'train'] as const).flatMap((subset) =>
      used.flatMap((index) => (subsetOf.get(index) === subset ? [{ subset, kept: index }] : [])),
    );
    if (strongest === undefined) return [];
    const { subset, kept } = strongest;
    return used
      .filter((index) => index !== kept && (subsetOf.get(index) !== subset || subset === 'train'))
      .map((index): RemovedDuplicate => ({ index, from: entry(subsetOf, index), duplicateOf: kept, subset }));
  });
  const gone = new Set(removed.map(({ index }) => index));
  const left = (subset: Subset) => subsets[subset].filter((index) => !gone.has(index));
  return { subsets: { train: left('train'), validation: left('validation'), test: left('test') }, removed };
}
