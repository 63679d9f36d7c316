/** Test images with the edges of their masks: the best, the median and the worst, as all models found them. */
import { at } from '../../../util/known.ts';
import type { SegmentationEvaluation } from '../../../formats/segmentation-evaluation.ts';
import { significant } from '../../../util/number.ts';
import { chooseRanked, FOUND, WANTED, type LineColor } from '../drawing.ts';
import type { SegmentedRun } from './evaluate.ts';
import type { Mask } from './mask.ts';
import { maskScore } from './scored-masks.ts';

type Example = SegmentationEvaluation['examples'][number];

export interface ChosenExample extends Example {
  /** Among the test images. */
  readonly position: number;
}

/**
 * By the mean Dice over all runs; `images` are the names of the test images. `shown` are the runs of the pictures.
 */
export function chooseOverlays(
  runs: readonly SegmentedRun[],
  shown: readonly SegmentedRun[],
  images: readonly string[],
): ChosenExample[] {
  const ranked = chooseRanked(images.length, (position) => runs.flatMap((run) => diceOf(run, position) ?? []));
  return ranked.map(({ rank, position }) => {
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
function drawEdge(picture: Uint8Array, { data, width, height }: Mask, color: LineColor): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const own = at(data, y * width + x);
      const right = x + 1 < width ? at(data, y * width + x + 1) : own;
      const below = y + 1 < height ? at(data, (y + 1) * width + x) : own;
      if (own !== right || own !== below) picture.set(color, 3 * (y * width + x));
    }
}
