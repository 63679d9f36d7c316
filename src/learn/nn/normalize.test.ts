import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, test } from 'vitest';
import { normalize } from './normalize.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

test("ImageNet's mean becomes zero, one deviation above it one, channel by channel", () => {
  const [mean, above] = [
    [0.485, 0.456, 0.406],
    [0.714, 0.68, 0.631],
  ];
  const values = Array.from(normalize(tf.tensor4d([...mean, ...above], [1, 1, 2, 3])).dataSync());
  [0, 0, 0, 1, 1, 1].forEach((expected, i) => {
    expect(values[i]).toBeCloseTo(expected, 5);
  });
});
