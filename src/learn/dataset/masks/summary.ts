/** The masks of a data set in numbers, for `dataset.json`. */
import type { Dataset } from '../../../formats/dataset.ts';
import { at } from '../../../util/known.ts';
import { significant } from '../../../util/number.ts';
import { DatasetError } from '../error.ts';
import type { Mask } from '../../eval/segmentation/mask.ts';

/** The share of the picture that each class has, without the background. */
export function sharesOf({ data }: Mask, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const found of data) if (found > 0) counts[found - 1] = (counts[found - 1] ?? 0) + 1;
  return counts.map((count) => count / data.length);
}

/** Throws DatasetError if a class is nowhere. */
export function summarizeMasks(
  shares: readonly (readonly number[])[],
  classes: readonly string[],
): NonNullable<Dataset['masks']> {
  const nowhere = classes.filter((_, k) => shares.every((own) => own[k] === 0));
  if (nowhere.length > 0)
    throw new DatasetError(
      `No mask has a pixel of the class ${nowhere.join(', ')}, so nothing could be learned of it. ` +
        'Are these the right masks, and are the numbers in them named rightly ("classes")?',
    );
  return {
    images: shares.length,
    empty: shares.filter((own) => own.every((share) => share === 0)).length,
    classes: classes.map((name, k) => {
      const having = shares
        .map((own) => at(own, k))
        .filter((share) => share > 0)
        .sort((a, b) => a - b);
      const [least, median, greatest] = [at(having, 0), at(having, having.length >> 1), at(having, having.length - 1)];
      return {
        class: name,
        images: having.length,
        share: [significant(least), significant(median), significant(greatest)],
      };
    }),
  };
}
