/**
 * Average precision of boxes by the definition of COCO (T.-Y. Lin et al., "Microsoft COCO", ECCV 2014), as pycocotools
 * computes it, without crowds and without ranges of areas.
 */
import { at } from '../../../util/known.ts';
import { boxIou, type Box } from './box.ts';

export interface FoundBox {
  readonly box: Box;
  readonly class: number;
  /** Larger is surer. Equal scores keep their order. */
  readonly score: number;
}

export interface WantedBox {
  readonly box: Box;
  readonly class: number;
}

/** The boxes of one image. */
export interface DetectedImage {
  readonly found: readonly FoundBox[];
  readonly wanted: readonly WantedBox[];
}

export interface AveragePrecision {
  /** At an IoU of 0.5. */
  readonly ap50: number;
  /** The mean over IoUs of 0.5, 0.55, ... 0.95. */
  readonly ap50to95: number;
}

/** The surest boxes of a class in an image that count. */
const MOST_BOXES = 100;
/** NumPy's linspace(0.5, 0.95, 10) and linspace(0, 1, 101), to the bit: recalls may lie on a threshold. */
const OVERLAPS = Array.from({ length: 10 }, (_, i) => (i === 9 ? 0.95 : 0.5 + i * ((0.95 - 0.5) / 9)));
const RECALLS = Array.from({ length: 101 }, (_, i) => i * 0.01);
/** NumPy's spacing(1). */
const EPSILON = 2 ** -52;

/** For each of `classes` classes; null for a class without a wanted box in any image. */
export const averagePrecisions = (images: readonly DetectedImage[], classes: number): (AveragePrecision | null)[] =>
  Array.from({ length: classes }, (_, of) => {
    const each = images.map(() => 1);
    const ap50 = precisionOf(matchesOfClass(images, of, 'first'), each);
    const ap50to95 = precisionOf(matchesOfClass(images, of, 'all'), each);
    return ap50 === null || ap50to95 === null ? null : { ap50, ap50to95 };
  });

/** The boxes of one class in many images, matched: everything about its precision that does not depend on weights. */
export interface ClassMatches {
  /** Objects of each image. */
  readonly objects: readonly number[];
  /** For each overlap: the boxes of all images, the surest first. */
  readonly byOverlap: readonly (readonly Match[])[];
}

/** `first`: an overlap of 0.5. */
export function matchesOfClass(images: readonly DetectedImage[], of: number, overlaps: 'first' | 'all'): ClassMatches {
  const parts = images.map(({ found, wanted }) => ({
    found: surest(found.filter((box) => box.class === of)).slice(0, MOST_BOXES),
    wanted: wanted.filter((box) => box.class === of),
  }));
  return {
    objects: parts.map(({ wanted }) => wanted.length),
    byOverlap: OVERLAPS.slice(0, overlaps === 'first' ? 1 : OVERLAPS.length).map((overlap) =>
      surest(parts.flatMap((part, image) => matchedBoxes(part, overlap).map((match) => ({ ...match, image })))),
    ),
  };
}

/** The mean over overlaps; each image counts as often as its weight says. Null without an object. */
export function precisionOf({ objects, byOverlap }: ClassMatches, weights: ArrayLike<number>): number | null {
  const all = objects.reduce((sum, count, image) => sum + count * at(weights, image), 0);
  if (all === 0) return null;
  return byOverlap.reduce((sum, matches) => sum + areaUnder(matches, weights, all), 0) / byOverlap.length;
}

const surest = <B extends { readonly score: number }>(boxes: readonly B[]): B[] =>
  boxes.toSorted((a, b) => b.score - a.score);

interface Match {
  readonly score: number;
  readonly isRight: boolean;
  readonly image: number;
}

/** Each box, the surest first, takes the free object that it overlaps most; of equals the last. */
function matchedBoxes({ found, wanted }: DetectedImage, overlap: number): Omit<Match, 'image'>[] {
  const isTaken = wanted.map(() => false);
  return found.map(({ box, score }) => {
    let [best, most] = [-1, Math.min(overlap, 1 - 1e-10)];
    wanted.forEach((object, i) => {
      const iou = boxIou(box, object.box);
      if (isTaken[i] === true || iou < most) return;
      [best, most] = [i, iou];
    });
    if (best >= 0) isTaken[best] = true;
    return { score, isRight: best >= 0 };
  });
}

/**
 * The mean precision at 101 recalls; the precision at a recall is the largest from there on, and 0 if none reaches it.
 */
function areaUnder(matches: readonly Match[], weights: ArrayLike<number>, objects: number): number {
  let [right, all] = [0, 0];
  const points = matches.map(({ isRight, image }) => {
    const weight = at(weights, image);
    if (isRight) right += weight;
    all += weight;
    return { recall: right / objects, precision: right / (all + EPSILON) };
  });
  let largest = 0;
  const reached = points.toReversed().map(({ recall, precision }) => {
    largest = Math.max(largest, precision);
    return { recall, precision: largest };
  });
  reached.reverse();
  let place = 0;
  let sum = 0;
  for (const recall of RECALLS) {
    while (place < reached.length && at(reached, place).recall < recall) place++;
    if (place < reached.length) sum += at(reached, place).precision;
  }
  return sum / RECALLS.length;
}
