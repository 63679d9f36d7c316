/** A mask in the square of its image: the same place, and no class mixed with another. */
import { at } from '../../../util/known.ts';
import { placementOf } from '../decode/placement.ts';
import type { Mask } from '../../eval/segmentation/mask.ts';

/**
 * `[size, size]`. Each pixel gets the class that most of its part of the mask has, of equals the lower; the pixels
 * around the picture are background.
 */
export function placeMask(mask: Mask, size: number): Uint8Array {
  const { width, height, left, top } = placementOf(mask, size);
  const [rows, columns] = [parts(mask.height, height), parts(mask.width, width)];
  const square = new Uint8Array(size * size);
  const counts = new Uint32Array(256);
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      square[(top + y) * size + left + x] = mostFrequent(mask, row, column, counts);
    });
  });
  return square;
}

interface Part {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/** The old pixels whose centers lie in each new one; the nearest one where there is none. */
function parts(before: number, after: number): Part[] {
  const scale = before / after;
  return Array.from({ length: after }, (_, i) => {
    const [from, to] = [Math.ceil(i * scale - 0.5), Math.ceil((i + 1) * scale - 0.5)];
    if (to > from) return { from, to };
    const nearest = Math.min(before - 1, Math.floor((i + 0.5) * scale));
    return { from: nearest, to: nearest + 1 };
  });
}

function mostFrequent({ data, width }: Mask, row: Part, column: Part, counts: Uint32Array): number {
  counts.fill(0);
  for (let y = row.from; y < row.to; y++)
    for (let x = column.from; x < column.to; x++) {
      const found = at(data, y * width + x);
      counts[found] = (counts[found] ?? 0) + 1;
    }
  return counts.indexOf(Math.max(...counts));
}
