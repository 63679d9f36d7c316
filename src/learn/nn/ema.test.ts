import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { emaUpdate, cosineMomentum } from './ema.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

test('an average of something that stays comes as near as the power of its momentum', () => {
  let average: Readonly<Record<string, tf.Tensor>> = { w: tf.tensor1d([0, 8]) };
  for (let step = 0; step < 10; step++) average = emaUpdate(average, { w: tf.tensor1d([1, -2]) }, tf.scalar(0.9));
  const left = 0.9 ** 10;
  const [a, b] = average.w!.dataSync();
  expect(a).toBeCloseTo(1 - left, 6);
  expect(b).toBeCloseTo(-2 + 10 * left, 5);
});

test('what is followed but not averaged is left out', () => {
  expect(
    Object.keys(emaUpdate({ w: tf.scalar(0) }, { w: tf.scalar(1), predictor: tf.scalar(1) }, tf.scalar(0.5))),
  ).toEqual(['w']);
});

test('the momentum rises from its base to 1, half of the way in the middle', () => {
  expect(cosineMomentum(0.99, 0, 200)).toBeCloseTo(0.99, 12);
  expect(cosineMomentum(0.99, 100, 200)).toBeCloseTo(0.995, 12);
  expect(cosineMomentum(0.99, 200, 200)).toBe(1);
  // 1 - (1 - 0.996)(cos(pi / 4) + 1) / 2
  expect(cosineMomentum(0.996, 50, 200)).toBeCloseTo(1 - 0.004 * ((Math.SQRT1_2 + 1) / 2), 12);
});
