/** Test images with the edges of their masks: the best, the median and the worst, as all models found them. */
import { at } from '../../../util/known.ts';
import type { SegmentationEvaluation } from '../../../formats/segmentation-evaluation.ts';
import { significant } from '../../../util/number.ts';
import type { SegmentedRun } from './evaluate.ts';
import type { Mask } from './mask.ts';
import { maskScore } from './scored-masks.ts';

type Example = SegmentationEvaluation['examples'][number];

export interface ChosenExample extends Example {
  /** Among the test images. */
  readonly position: number;
}

const RANKS = { best: 0, median: 0.5, worst: 1 } as const;

/**
 * By the mean Dice over all runs; `images` are the names of the test images. `shown` are the runs of the pictures. An
 * image without any score is not shown; of few images, one may have two ranks.
 */
export function chooseOverlays(
  runs: readonly SegmentedRun[],
  shown: readonly SegmentedRun[],
  images: readonly string[],
): ChosenExample[] {
  const means = images.flatMap((_, position) => {
    const known = runs.flatMap((run) => diceOf(run, position) ?? []);
    return known.length === 0 ? [] : [{ position, mean: known.reduce((sum, dice) => sum + dice, 0) / known.length }];
  });
  const ranked = means.sort((a, b) => b.mean - a.mean || a.position - b.position);
  if (ranked.length === 0) return [];
  return (Object.keys(RANKS) as (keyof typeof RANKS)[]).map((rank) => {
    const { position } = at(ranked, Math.round(RANKS[rank] * (ranked.length - 1)));
    const dice = shown.map((run) => {
      const value = diceOf(run, position);
      return value === null ? null : significant(value);
    });
    return { rank, image: at(images, position), dice, position };
  });
}

/** Mean over the classes that have a score. */
function diceOf({ test }: SegmentedRun, position: number): number | null {
  const known = at(test, position).flatMap((score) => maskScore('dice', score) ?? []);
  return known.length === 0 ? null : known.reduce((sum, dice) => sum + dice, 0) / known.length;
}

type Color = readonly [number, number, number];

/** Colors that color-blind readers tell apart, on skin and on the retina (Okabe and Ito). */
const WANTED: Color = [255, 255, 255];
const FOUND: Color = [0, 158, 255];

/**
 * The picture at the size of the masks, `[height, width, 3]`, with the edge of the true mask in white and that of the
 * found one in blue; `found` null: the true one alone.
 */
export function overlay(picture: Uint8Array, wanted: Mask, found: Mask | null): Uint8Array {
  const drawn = Uint8Array.from(picture);
  drawEdge(drawn, wanted, WANTED);
  if (found !== null) drawEdge(drawn, found, FOUND);
  return drawn;
}

/** A pixel is an edge if the one to its right or below has another class. */
function drawEdge(picture: Uint8Array, { data, width, height }: Mask, color: Color): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const own = at(data, y * width + x);
      const right = x + 1 < width ? at(data, y * width + x + 1) : own;
      const below = y + 1 < height ? at(data, (y + 1) * width + x) : own;
      if (own !== right || own !== below) picture.set(color, 3 * (y * width + x));
    }
}

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
