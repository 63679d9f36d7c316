/** A prediction at training size as a mask of the original picture. */
import { at } from '../../../util/known.ts';
import type { Mask } from './mask.ts';

/** The part of the original picture that the square image for training shows, in pixels. */
export interface ShownPart {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One value for each pixel and class, [side, side, classes]: probabilities, of which the largest is right. */
export interface Prediction {
  readonly values: ArrayLike<number>;
  readonly side: number;
  readonly classes: number;
}

/**
 * Probabilities are enlarged bilinearly, the centers of both images in the same place; each pixel gets the class with
 * the largest. Outside of the shown part lies the background, as nobody predicted anything there.
 */
export function maskAtOriginalSize(
  prediction: Prediction,
  { left, top, width, height }: ShownPart,
  original: { readonly width: number; readonly height: number },
): Mask {
  const { values, side, classes } = prediction;
  const data = new Uint8Array(original.width * original.height);
  const columns = placesOf(side, width);
  const shares = new Float64Array(classes);
  for (const [row, { below, above, share: down }] of placesOf(side, height).entries()) {
    for (const [column, { below: before, above: after, share: across }] of columns.entries()) {
      for (let c = 0; c < classes; c++) {
        const value = (y: number, x: number): number => values[(y * side + x) * classes + c] ?? 0;
        const upper = value(below, before) * (1 - across) + value(below, after) * across;
        const lower = value(above, before) * (1 - across) + value(above, after) * across;
        shares[c] = upper * (1 - down) + lower * down;
      }
      data[(top + row) * original.width + left + column] = largest(shares);
    }
  }
  return { data, width: original.width, height: original.height };
}

/** The class with the largest probability of each pixel, at training size. */
export function maskOf({ values, side, classes }: Prediction): Mask {
  const data = Uint8Array.from({ length: side * side }, (_, pixel) =>
    largest(Array.from({ length: classes }, (_, c) => at(values, pixel * classes + c))),
  );
  return { data, width: side, height: side };
}

interface Place {
  readonly below: number;
  readonly above: number;
  /** Of `above`. */
  readonly share: number;
}

/** The pixels of a line of `from` pixels around each center of a line of `to`. */
function placesOf(from: number, to: number): Place[] {
  return Array.from({ length: to }, (_, i) => {
    const exact = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const below = Math.floor(exact);
    return { below, above: Math.min(from - 1, below + 1), share: exact - below };
  });
}

/** The first of equals. */
function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let c = 1; c < values.length; c++) if (at(values, c) > at(values, best)) best = c;
  return best;
}
