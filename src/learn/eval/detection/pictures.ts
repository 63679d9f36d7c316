/** Objects drawn on images: true ones in white, found ones in blue. */
import { FOUND, WANTED, type LineColor } from '../drawing.ts';
import type { FoundBox } from './average-precision.ts';
import type { Box } from './box.ts';
import { surestOf } from './landmarks.ts';

/** CenterNet shows boxes that are surer. */
const LEAST_SHOWN = 0.3;

/** The surest of each class, and all that are sure. */
export function shownObjects(found: readonly FoundBox[]): FoundBox[] {
  return found.filter((box) => box.score >= LEAST_SHOWN || surestOf(found, box.class) === box);
}

/** A copy of the square image `[side, side, 3]`; boxes are in its pixels. */
export function drawObjects(
  picture: Uint8Array,
  side: number,
  { wanted, found }: { readonly wanted: readonly Box[]; readonly found: readonly Box[] },
): Uint8Array {
  const drawn = Uint8Array.from(picture);
  for (const box of wanted) drawBox(drawn, side, box, WANTED);
  for (const box of found) drawBox(drawn, side, box, FOUND);
  return drawn;
}

/** Half the length of the lines of a cross. */
const ARM = 4;

/** A point is a cross. */
function drawBox(picture: Uint8Array, side: number, { left, top, width, height }: Box, color: LineColor): void {
  const put = (x: number, y: number): void => {
    if (x >= 0 && y >= 0 && x < side && y < side) picture.set(color, 3 * (y * side + x));
  };
  const [x0, y0] = [Math.floor(left), Math.floor(top)];
  if (width === 0 && height === 0) {
    for (let step = -ARM; step <= ARM; step++) {
      put(x0 + step, y0);
      put(x0, y0 + step);
    }
    return;
  }
  const [x1, y1] = [Math.ceil(left + width) - 1, Math.ceil(top + height) - 1];
  for (let x = x0; x <= x1; x++) for (const y of [y0, y1]) put(x, y);
  for (let y = y0; y <= y1; y++) for (const x of [x0, x1]) put(x, y);
}
