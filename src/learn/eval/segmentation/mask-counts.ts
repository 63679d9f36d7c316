/** The images of each subset, and how many of them have each class. */
import type { SegmentationEvaluation } from '../../../formats/segmentation-evaluation.ts';
import { SUBSETS, type Subset } from '../../../formats/subset.ts';
import { at, entry } from '../../../util/known.ts';
import type { TableRow } from '../../dataset/table.ts';
import type { SubsetIndices } from '../../dataset/split-table.ts';

/** `numbersIn` has the class numbers in the mask of each row; `classes` counts the background. */
export function countMasks(
  { rows, split }: { readonly rows: readonly TableRow[]; readonly split: SubsetIndices },
  numbersIn: ReadonlyMap<number, ReadonlySet<number>>,
  classes: number,
): SegmentationEvaluation['counts'] {
  const countsOf = (subset: Subset) => {
    const indices = split[subset];
    const present = indices.map((index) => entry(numbersIn, index));
    return {
      images: indices.length,
      groups: new Set(indices.map((index) => at(rows, index).group)).size,
      byClass: Array.from({ length: classes - 1 }, (_, k) => present.filter((found) => found.has(k + 1)).length),
    };
  };
  const [train, validation, test] = SUBSETS.map(countsOf);
  if (!train || !validation || !test) throw new Error('Internal error: there are three subsets.');
  return { train, validation, test };
}
