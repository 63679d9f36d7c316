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
  expect(maskAtOriginalSize(prediction, { left: 0, top: 0, ...size }, size)).toEqual(maskOf(prediction));
});

test('probabilities are interpolated between the centers of pixels, so that edges lie between them', () => {
  // The centers of two pixels lie at 2 and 6 of 8 columns. From 1 to 0.3 the probability falls to one half at 4.86.
  const size = { width: 8, height: 2 };
  const mask = maskAtOriginalSize(binary(2, [1, 0.3, 1, 0.3]), { left: 0, top: 0, ...size }, size);
  expect(rows(mask)).toEqual(['11111000', '11111000']);
});

test('outside of the shown part lies the background', () => {
  const mask = maskAtOriginalSize(binary(1, [1]), { left: 1, top: 0, width: 2, height: 2 }, { width: 5, height: 3 });
  expect(rows(mask)).toEqual(['01100', '01100', '00000']);
});
