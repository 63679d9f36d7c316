/** The pixels of a class in two masks. */
import type { Mask } from './mask.ts';

interface PixelCounts {
  readonly both: number;
  readonly foundPixels: number;
  readonly wantedPixels: number;
}

/** `of`: the class. Masks of different sizes are a bug. */
export function countPixels(found: Mask, wanted: Mask, of: number): PixelCounts {
  if (found.width !== wanted.width || found.height !== wanted.height)
    throw new Error(
      `Internal error: a mask of ${found.width} x ${found.height} against one of ${wanted.width} x ${wanted.height}.`,
    );
  let [both, foundPixels, wantedPixels] = [0, 0, 0];
  for (let i = 0; i < wanted.data.length; i++) {
    const [isFound, isWanted] = [found.data[i] === of, wanted.data[i] === of];
    if (isFound) foundPixels++;
    if (isWanted) wantedPixels++;
    if (isFound && isWanted) both++;
  }
  return { both, foundPixels, wantedPixels };
}
