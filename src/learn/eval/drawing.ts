/** Test images with the answers of people and networks drawn on them: the choice of images, their size, the colors. */
import { at } from '../../util/known.ts';

export type LineColor = readonly [number, number, number];

/** Colors that color-blind readers tell apart, on skin and on the retina (Okabe and Ito). */
export const WANTED: LineColor = [255, 255, 255];
export const FOUND: LineColor = [0, 158, 255];

const RANKS = { best: 0, median: 0.5, worst: 1 } as const;

interface RankedImage {
  readonly rank: keyof typeof RANKS;
  /** Among the test images. */
  readonly position: number;
}

/**
 * The best, the median and the worst of so many images, by the mean of `scoresOf` over runs; larger is better. An image
 * without any score is not chosen; of few images, one may have two ranks.
 */
export function chooseRanked(images: number, scoresOf: (position: number) => readonly number[]): RankedImage[] {
  const means = Array.from({ length: images }, (_, position) => position).flatMap((position) => {
    const known = scoresOf(position);
    return known.length === 0 ? [] : [{ position, mean: known.reduce((sum, score) => sum + score, 0) / known.length }];
  });
  const ranked = means.sort((a, b) => b.mean - a.mean || a.position - b.position);
  if (ranked.length === 0) return [];
  return (Object.keys(RANKS) as (keyof typeof RANKS)[]).map((rank) => ({
    rank,
    position: at(ranked, Math.round(RANKS[rank] * (ranked.length - 1))).position,
  }));
}

/** Images in the pictures are enlarged to at least this many pixels. */
const TILE = 160;

export const zoomOf = (size: number): number => Math.max(1, Math.ceil(TILE / size));

/** The square image `[size, size, 3]`, each pixel `zoom` times in both directions. */
export function enlarged(image: Uint8Array, size: number, zoom: number): Uint8Array {
  const side = size * zoom;
  const large = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const from = 3 * (Math.floor(y / zoom) * size + Math.floor(x / zoom));
      large.set(image.subarray(from, from + 3), 3 * (y * side + x));
    }
  return large;
}
