/** A prediction at training size as a mask of the original picture. */
import { at } from '../../../util/known.ts';
import { placementOf, type PictureSize } from '../../dataset/decode/placement.ts';
import type { Mask } from './mask.ts';

/** One value for each pixel and class, [side, side, classes]: probabilities, of which the largest is right. */
export interface Prediction {
  readonly values: ArrayLike<number>;
  readonly side: number;
  readonly classes: number;
}

/**
 * The picture lies whole in the square that was trained on. Its probabilities are enlarged bilinearly, the centers of
 * both images in the same place; each pixel gets the class with the largest.
 */
export function maskAtOriginalSize({ values, side, classes }: Prediction, original: PictureSize): Mask {
  const { left, top, width: shownWidth, height: shownHeight } = placementOf(original, side);
  const { width, height } = original;
  const columns = placesOf(left, shownWidth, width);
  const data = new Uint8Array(width * height);
  const shares = new Float64Array(classes);
  placesOf(top, shownHeight, height).forEach(({ below, above, share: down }, row) => {
    columns.forEach(({ below: before, above: after, share: across }, column) => {
      const [a, b] = [(below * side + before) * classes, (below * side + after) * classes];
      const [c, d] = [(above * side + before) * classes, (above * side + after) * classes];
      for (let k = 0; k < classes; k++) {
        const upper = at(values, a + k) * (1 - across) + at(values, b + k) * across;
        const lower = at(values, c + k) * (1 - across) + at(values, d + k) * across;
        shares[k] = upper * (1 - down) + lower * down;
      }
      data[row * width + column] = largest(shares, 0, classes);
    });
  });
  return { data, width, height };
}

/** The class with the largest probability of each pixel, at training size. */
export function maskOf({ values, side, classes }: Prediction): Mask {
  const data = Uint8Array.from({ length: side * side }, (_, pixel) => largest(values, pixel * classes, classes));
  return { data, width: side, height: side };
}

interface Place {
  readonly below: number;
  readonly above: number;
  /** Of `above`. */
  readonly share: number;
}

/** The pixels of a line around each center of a line of `to`, whose ends are those of its part from `start` on. */
function placesOf(start: number, length: number, to: number): Place[] {
  return Array.from({ length: to }, (_, i) => {
    const exact = Math.min(length - 1, Math.max(0, ((i + 0.5) * length) / to - 0.5));
    const below = Math.floor(exact);
    return { below: start + below, above: start + Math.min(length - 1, below + 1), share: exact - below };
  });
}

/** The place of the largest of `count` values from `start` on, counted from there; the first of equals. */
function largest(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let c = 1; c < count; c++) if (at(values, start + c) > at(values, start + best)) best = c;
  return best;
}
