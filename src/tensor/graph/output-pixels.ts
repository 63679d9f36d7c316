/** The taps of a filter that each output pixel uses: on images of few pixels, others lie on padding. */
import type { Window } from './attributes.ts';
import { usedTaps } from './filter-tap-ranges.ts';

/** Along one axis, an output uses `count` taps from `tap` on, which meet as many inputs from `input` on. */
interface TapRun {
  readonly output: number;
  readonly tap: number;
  readonly input: number;
  readonly count: number;
}

/** An output pixel, and the rectangle of taps that it uses. */
export interface OutputPixel {
  readonly down: TapRun;
  readonly across: TapRun;
}

/** Row by row; those that see nothing but padding as well. Dilated filters use no rectangles: null. */
export function outputPixels(window: Window): readonly OutputPixel[] | null {
  const { strideHeight, filterHeight, inHeight, outHeight } = window;
  const { strideWidth, filterWidth, inWidth, outWidth } = window;
  if (window.dilationHeight !== 1 || window.dilationWidth !== 1) return null;
  const rows = tapRuns(window.padInfo.top, strideHeight, filterHeight, inHeight, outHeight);
  const columns = tapRuns(window.padInfo.left, strideWidth, filterWidth, inWidth, outWidth);
  return rows.flatMap((down) => columns.map((across) => ({ down, across })));
}

function tapRuns(pad: number, stride: number, filter: number, side: number, outputs: number): TapRun[] {
  return Array.from({ length: outputs }, (_, output) => {
    const start = output * stride - pad;
    const tap = Math.max(0, -start);
    return { output, tap, input: start + tap, count: Math.max(0, Math.min(filter, side - start) - tap) };
  });
}

/** Products of one input with one tap that all output pixels need, for an image of one channel. */
export const countProducts = (pixels: readonly OutputPixel[]): number =>
  pixels.reduce((sum, { down, across }) => sum + down.count * across.count, 0);

/** The output pixels, if one product of all of them with all used taps would multiply zeros. */
export function sparseOutputPixels(window: Window): readonly OutputPixel[] | undefined {
  const [pixels, used] = [outputPixels(window), usedTaps(window)];
  if (pixels === null || used === undefined) return undefined;
  return countProducts(pixels) < pixels.length * used.taps.length ? pixels : undefined;
}
