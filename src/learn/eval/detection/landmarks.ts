/** Scores of a single object in each image, where pictures have one: the surest box, and points. */
import { at } from '../../../util/known.ts';
import type { DetectedImage, FoundBox } from './average-precision.ts';
import { boxIou, type Box } from './box.ts';
import { meanOf } from './mean-of.ts';

/**
 * 1 if the surest box of a class overlaps one of its objects by an IoU of at least 0.5, else 0; null where the image
 * has no such object.
 */
export function isRightBox({ found, wanted }: DetectedImage, of: number): 0 | 1 | null {
  const objects = wanted.filter((object) => object.class === of);
  if (objects.length === 0) return null;
  const best = surestOf(found, of);
  return best !== undefined && objects.some(({ box }) => boxIou(best.box, box) >= 0.5) ? 1 : 0;
}

/**
 * From the center of the surest box of a class to the next center of its objects; null where the image has no such
 * object, or nothing was found.
 */
export function surestDistance({ found, wanted }: DetectedImage, of: number): number | null {
  const best = surestOf(found, of);
  const objects = wanted.filter((object) => object.class === of);
  if (best === undefined || objects.length === 0) return null;
  return Math.min(...objects.map(({ box }) => distance(centerOf(best.box), centerOf(box))));
}

/**
 * The same in units of the object: the root of its area. A landmark has none, so the mean of the boxes of its image
 * counts: of fundus photographs, the diameter of the optic disc. Null without a box.
 */
export function relativeDistance(image: DetectedImage, of: number): number | null {
  const apart = surestDistance(image, of);
  const unit = sideOf(image, of) ?? meanOf(image.wanted.map(({ class: other }) => sideOf(image, other)));
  return apart === null || unit === null ? null : apart / unit;
}

/** The mean root of the areas of a class; null without a box. */
function sideOf({ wanted }: DetectedImage, of: number): number | null {
  const sides = wanted
    .filter(({ class: own }) => own === of)
    .map(({ box: { width, height } }) => Math.sqrt(width * height))
    .filter((side) => side > 0);
  return meanOf(sides);
}

/** The first of equals. */
export const surestOf = (found: readonly FoundBox[], of: number): FoundBox | undefined =>
  found.filter((box) => box.class === of).toSorted((a, b) => b.score - a.score)[0];

export const centerOf = ({ left, top, width, height }: Box): Point => ({ x: left + width / 2, y: top + height / 2 });

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** In the unit of the points. */
export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

/** The guess that sees no image: the medians of the training points, in fractions of their pictures. */
export const constantPoint = (training: readonly Point[]): Point => ({
  x: median(training.map(({ x }) => x)),
  y: median(training.map(({ y }) => y)),
});

/** The same of boxes: the medians of their edges. */
export function constantBox(training: readonly Box[]): Box {
  const [left, top] = [median(training.map((box) => box.left)), median(training.map((box) => box.top))];
  return {
    left,
    top,
    width: median(training.map((box) => box.left + box.width)) - left,
    height: median(training.map((box) => box.top + box.height)) - top,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (at(sorted, (sorted.length - 1) >> 1) + at(sorted, sorted.length >> 1)) / 2;
}
