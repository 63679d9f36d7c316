/** Average precision against pycocotools (scripts/golden/coco_boxes.py), and cases known by hand. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { averagePrecisions, type AveragePrecision, type DetectedImage } from './average-precision.ts';
import { boxIou, type Box } from './box.ts';
import { constantBox, constantPoint, distance, isRightBox } from './landmarks.ts';

type Numbers = readonly [number, number, number, number];
interface Golden {
  readonly images: readonly {
    readonly wanted: readonly { readonly class: number; readonly box: Numbers }[];
    readonly found: readonly { readonly class: number; readonly box: Numbers; readonly score: number }[];
  }[];
  readonly precisions: readonly (AveragePrecision | null)[];
}

const boxOf = ([left, top, width, height]: Numbers): Box => ({ left, top, width, height });
const withBox = <T extends { readonly box: Numbers }>(of: T) => ({ ...of, box: boxOf(of.box) });

const GOLDEN = JSON.parse(readFileSync(new URL('../golden/boxes.json', import.meta.url), 'utf8')) as Golden[];

test.each(GOLDEN.map((golden, i) => [i, golden] as const))(
  'scenes %i: the precision is that of pycocotools',
  (_, golden) => {
    const images = golden.images.map(({ found, wanted }): DetectedImage => ({
      found: found.map(withBox),
      wanted: wanted.map(withBox),
    }));
    const found = averagePrecisions(images, golden.precisions.length);
    golden.precisions.forEach((wanted, i) => {
      expect(found[i] === null).toBe(wanted === null);
      if (wanted === null) return;
      expect(found[i]!.ap50).toBeCloseTo(wanted.ap50, 10);
      expect(found[i]!.ap50to95).toBeCloseTo(wanted.ap50to95, 10);
    });
  },
);

const UNIT = boxOf([10, 10, 10, 10]);
const image = (found: readonly Box[], wanted: readonly Box[]): DetectedImage => ({
  found: found.map((box, i) => ({ box, class: 0, score: 1 - i / 10 })),
  wanted: wanted.map((box) => ({ box, class: 0 })),
});

test('a second box on one object is wrong, and an object that nobody found keeps the precision low', () => {
  const [whole] = averagePrecisions([image([UNIT], [UNIT])], 1);
  expect(whole!.ap50).toBeCloseTo(1, 10);
  expect(whole!.ap50to95).toBeCloseTo(1, 10);
  const [half] = averagePrecisions([image([UNIT, UNIT], [UNIT, boxOf([50, 50, 9, 9])])], 1);
  expect(half!.ap50).toBeCloseTo(51 / 101, 10); // of the recalls 0, 0.01, ... 0.5
  expect(averagePrecisions([image([], [UNIT])], 1)).toEqual([{ ap50: 0, ap50to95: 0 }]);
  expect(averagePrecisions([image([UNIT], [])], 1)).toEqual([null]);
});

test('overlaps of boxes', () => {
  expect(boxIou(UNIT, boxOf([15, 10, 10, 10]))).toBeCloseTo(1 / 3, 12);
  expect(boxIou(UNIT, boxOf([20, 10, 10, 10]))).toBe(0);
});

test('the surest box of an image is right from an IoU of one half on', () => {
  const images = [
    image([UNIT, boxOf([90, 90, 5, 5])], [UNIT]),
    image([boxOf([90, 90, 5, 5]), UNIT], [UNIT]),
    image([], [UNIT]),
    image([UNIT], []),
  ];
  expect(images.map((each) => isRightBox(each, 0))).toEqual([1, 0, 0, null]);
});

test('constant guesses are medians of the training set', () => {
  expect(
    constantPoint([
      { x: 0.1, y: 0.5 },
      { x: 0.3, y: 0.2 },
      { x: 0.9, y: 0.4 },
    ]),
  ).toEqual({ x: 0.3, y: 0.4 });
  expect(constantBox([boxOf([0, 0, 10, 10]), boxOf([2, 4, 10, 10])])).toEqual(boxOf([1, 2, 10, 10]));
  expect(distance({ x: 0, y: 3 }, { x: 4, y: 0 })).toBe(5);
});
