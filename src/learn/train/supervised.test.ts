import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, test } from 'vitest';
import { balancedClassWeights, crossEntropy } from './supervised.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const LOGITS = [
  [2, -1, 0.5],
  [0.1, 0.2, -3],
  [-1, 4, 1],
  [0, 0, 0],
];
const LABELS = [0, 2, 1, 1];
const loss = (logits: number[][], labels: number[], weights: number[]) =>
  crossEntropy(tf.tensor2d(logits), tf.oneHot(labels, weights.length) as tf.Tensor2D, weights).dataSync()[0]!;

test('the loss is the weighted mean of the surprise at the right class', () => {
  const weights = [0.5, 2, 3];
  const surprises = LOGITS.map(
    (row, i) => -Math.log(Math.exp(row[LABELS[i]!]!) / row.reduce((sum, value) => sum + Math.exp(value), 0)),
  );
  const total = LABELS.reduce((sum, label) => sum + weights[label]!, 0);
  const expected = surprises.reduce((sum, surprise, i) => sum + weights[LABELS[i]!]! * surprise, 0) / total;
  expect(loss(LOGITS, LABELS, weights)).toBeCloseTo(expected, 5);
});

test('no opinion on C classes costs ln C', () => {
  expect(loss([[7, 7, 7]], [1], [1, 1, 1])).toBeCloseTo(Math.log(3), 6);
});

test('a mistake by a hundred nats costs a hundred', () => {
  expect(loss([[100, 0]], [1], [1, 1])).toBeCloseTo(100, 4);
});

test('balanced weights give every class the same say and the average image the weight one', () => {
  const labels = [0, 0, 0, 2];
  const weights = balancedClassWeights(labels, 3);
  expect(weights).toEqual([4 / 6, 0, 2]);
  expect(labels.reduce((sum, label) => sum + weights[label]!, 0)).toBe(4);
});
