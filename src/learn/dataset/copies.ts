/** Takes equal images apart: none may train that also selects or tests. */
import { PARTS, type Part, type Parts } from './split-table.ts';

/** Rows of images that are equal to each other, ascending, two at least. */
export type EqualImages = readonly number[];

export interface RemovedCopy {
  readonly index: number;
  /** The part that it was drawn into. */
  readonly from: Part;
  /** The equal image that stays, and its part. */
  readonly copyOf: number;
  readonly part: Part;
}

/**
 * Of equal images those in the test part stay, else those in the validation part, else the first of training, whatever
 * their labels are. Tests and validations are never thinned out within their own part: that would change what is measured.
 */
export function withoutCopies(
  parts: Parts,
  copies: readonly EqualImages[],
): { readonly parts: Parts; readonly removed: readonly RemovedCopy[] } {
  const partOf = new Map(PARTS.flatMap((part) => parts[part].map((index) => [index, part] as const)));
  const removed = copies.flatMap((equal) => {
    const used = equal.filter((index) => partOf.has(index));
    const part = (['test', 'validation', 'train'] as const).find((name) =>
      used.some((index) => partOf.get(index) === name),
    );
    if (part === undefined) return [];
    const kept = used.find((index) => partOf.get(index) === part)!;
    return used
      .filter((index) => index !== kept && (partOf.get(index) !== part || part === 'train'))
      .map((index): RemovedCopy => ({ index, from: partOf.get(index)!, copyOf: kept, part }));
  });
  const gone = new Set(removed.map(({ index }) => index));
  const left = (part: Part) => parts[part].filter((index) => !gone.has(index));
  return { parts: { train: left('train'), validation: left('validation'), test: left('test') }, removed };
}
