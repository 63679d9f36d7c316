/** A Grad-CAM as a person sees it: colors over the gray picture. */
import { interpolateViridis } from 'd3-scale-chromatic';
import { LUMA } from '../augment/color.ts';
import { writeResizeMatrix } from '../augment/matrices.ts';
import { at } from '../../util/known.ts';

/** The share of the map in a pixel. */
const OPACITY = 0.5;

/** Viridis: as bright as the value, for every kind of color vision. RGB bytes of 256 steps. */
const COLORS = Array.from({ length: 256 }, (_, i) => bytesOf(interpolateViridis(i / 255)));

/**
 * `image`: RGB bytes [S, S, 3]; `map`: [side, side], not negative. RGB bytes [S, S, 3]. The map is scaled to its own
 * largest value, so colors compare places of one picture, never pictures; a map of zeros is dark all over.
 */
export function overlayHeatmap(image: Uint8Array, size: number, map: Float32Array, side: number): Uint8Array {
  const values = enlarged(map, side, size);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const picture = new Uint8Array(size * size * 3);
  values.forEach((value, pixel) => {
    const gray = LUMA.reduce((sum, weight, channel) => sum + weight * (image[3 * pixel + channel] ?? 0), 0);
    const color = at(COLORS, most > 0 ? Math.round((255 * value) / most) : 0);
    color.forEach(
      (byte, channel) => (picture[3 * pixel + channel] = Math.round((1 - OPACITY) * gray + OPACITY * byte)),
    );
  });
  return picture;
}

/** Bilinear, from [side, side] to [size, size]. */
function enlarged(map: Float32Array, side: number, size: number): Float64Array {
  const weights = new Float32Array(size * side);
  writeResizeMatrix(weights, { start: 0, length: side }, side, size, false);
  const values = new Float64Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let sum = 0;
      for (let i = 0; i < side; i++)
        for (let j = 0; j < side; j++)
          sum += (weights[y * side + i] ?? 0) * (weights[x * side + j] ?? 0) * (map[i * side + j] ?? 0);
      values[y * size + x] = sum;
    }
  }
  return values;
}

/** Of `#rrggbb`. */
function bytesOf(color: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
