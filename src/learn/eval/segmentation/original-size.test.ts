import { expect, test } from 'vitest';
import { maskAtOriginalSize, maskOf, type Prediction } from './original-size.ts';

/** Two classes: the probability of class 1 for each pixel. */
const binary = (side: number, probabilities: readonly number[]): Prediction => ({
  values: probabilities.flatMap((p) => [1 - p, p]),
  side,
  classes: 2,
});

const rows = ({ data, width }: { data: Uint8Array; width: number }): string[] =>
  Array.from({ length: data.length / width }, (_, y) => data.subarray(y * width, (y + 1) * width).join(''));

test('each pixel gets the class with the largest probability, the first of equals', () => {
  expect([...maskOf({ values: [0.2, 0.5, 0.3, 0.4, 0.4, 0.2], side: 1, classes: 3 }).data]).toEqual([1]);
  expect([...maskOf({ values: [0.4, 0.4, 0.2], side: 1, classes: 3 }).data]).toEqual([0]);
});

test('a picture of the same size has the mask of training', () => {
  const prediction = binary(2, [0.9, 0.2, 0.3, 0.6]);
  const size = { width: 2, height: 2 };
  expect(maskAtOriginalSize(prediction, size)).toEqual(maskOf(prediction));
});

test('probabilities are interpolated between the centers of pixels, so that edges lie between them', () => {
  // The centers of two pixels lie at 2 and 6 of 8 columns. From 1 to 0.3 the probability falls to one half at 4.86.
  const mask = maskAtOriginalSize(binary(2, [1, 0.3, 1, 0.3]), { width: 8, height: 8 });
  expect(new Set(rows(mask))).toEqual(new Set(['11111000']));
});

test('the bars around a picture that is no square are no part of its mask', () => {
  // In the square of 4 px the picture has the middle two rows; the bars were found to be objects.
  const square = [1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1];
  expect(rows(maskAtOriginalSize(binary(4, square), { width: 4, height: 2 }))).toEqual(['0011', '0011']);
});
