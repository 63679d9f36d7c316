import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { ntXent } from './simclr.ts';
import { dot, expectSlope, normal, numberOf, tensor, unit, type Rows } from './rows.test-support.ts';
import { l2Normalize } from './l2-normalize.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const lossOf = (rows: Rows, temperature: number) => numberOf(ntXent(tensor(rows), temperature));

/** Equation 1 and the mean over all 2N views, term by term. */
function slowNtXent(views: Rows, temperature: number): number {
  const images = views.length / 2;
  let sum = 0;
  for (let i = 0; i < views.length; i++) {
    const j = (i + images) % views.length;
    let denominator = 0;
    for (let k = 0; k < views.length; k++)
      if (k !== i) denominator += Math.exp(dot(views[i]!, views[k]!) / temperature);
    sum -= Math.log(Math.exp(dot(views[i]!, views[j]!) / temperature) / denominator);
  }
  return sum / views.length;
}

test.each([0.1, 0.5, 2])('the loss is that of plain loops at temperature %d', (temperature) => {
  const views = unit(normal('loss', 10, 7));
  expect(lossOf(views, temperature)).toBeCloseTo(slowNtXent(views, temperature), 5);
});

test.each([1, 2, 8, 256])('%i images in one point cost ln(2N - 1)', (images) => {
  const same = Array.from({ length: 2 * images }, () => [0.6, 0.8]);
  expect(lossOf(same, 0.1)).toBeCloseTo(Math.log(2 * images - 1), 5);
});

test('pairs at right angles to all others cost ln(1 + (2N - 2) exp(-1 / t))', () => {
  const axes = Array.from({ length: 4 }, (_, i) => Array.from({ length: 4 }, (_, j) => (i === j ? 1 : 0)));
  expect(lossOf([...axes, ...axes], 0.5)).toBeCloseTo(Math.log(1 + 6 * Math.exp(-2)), 5);
});

test('the gradient is the slope of the plain loops', () => {
  expectSlope(
    (rows) => ntXent(l2Normalize(rows), 0.3),
    (rows) => slowNtXent(unit(rows), 0.3),
    normal('gradient', 8, 5),
  );
});

test('the loss is indifferent to the length of rows and the order of images', () => {
  const views = normal('order', 6, 4);
  const value = numberOf(ntXent(l2Normalize(tensor(views)), 0.5));
  const stretched = l2Normalize(tensor(views.map((row, i) => row.map((entry) => entry * (i + 1)))));
  expect(numberOf(ntXent(stretched, 0.5))).toBeCloseTo(value, 5);
  const order = [2, 0, 1];
  const shuffled = [...order.map((i) => views[i]!), ...order.map((i) => views[i + 3]!)];
  expect(numberOf(ntXent(l2Normalize(tensor(shuffled)), 0.5))).toBeCloseTo(value, 5);
});

test('a row of zeros has no direction and does no harm', () => {
  expect(Array.from(l2Normalize(tf.zeros([1, 3])).dataSync())).toEqual([0, 0, 0]);
});
