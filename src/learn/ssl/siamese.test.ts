/** SimSiam and BYOL: losses without negatives. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { stopGradient } from '../../tensor/index.ts';
import { byolLoss } from './byol.ts';
import { negativeCosineSimilarity } from './simsiam.ts';
import { dot, expectSlope, mean, normal, numberOf, tensor, unit, type Rows } from './rows.test-support.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const [PREDICTED, WANTED] = [normal('predicted', 5, 4), normal('wanted', 5, 4)];

const slowCosine = (a: Rows, b: Rows): number => mean(unit(a).map((row, i) => dot(row, unit(b)[i]!)));
const slowDistance = (a: Rows, b: Rows): number =>
  mean(unit(a).map((row, i) => row.reduce((sum, value, j) => sum + (value - unit(b)[i]![j]!) ** 2, 0)));

test("SimSiam's loss is minus the mean cosine, whatever the lengths", () => {
  expect(numberOf(negativeCosineSimilarity(tensor(PREDICTED), tensor(WANTED)))).toBeCloseTo(
    -slowCosine(PREDICTED, WANTED),
    6,
  );
  expect(numberOf(negativeCosineSimilarity(tensor(PREDICTED), tf.mul(tensor(PREDICTED), 3)))).toBeCloseTo(-1, 6);
});

test("BYOL's loss is the squared distance on the sphere, 2 - 2 cos: 0 for the same direction, 4 for opposite ones", () => {
  const value = numberOf(byolLoss(tensor(PREDICTED), tensor(WANTED)));
  expect(value).toBeCloseTo(slowDistance(PREDICTED, WANTED), 5);
  expect(value).toBeCloseTo(2 - 2 * slowCosine(PREDICTED, WANTED), 5);
  expect(numberOf(byolLoss(tensor(PREDICTED), tf.mul(tensor(PREDICTED), 7)))).toBeCloseTo(0, 6);
  expect(numberOf(byolLoss(tensor(PREDICTED), tf.mul(tensor(PREDICTED), -1)))).toBeCloseTo(4, 5);
});

test('both gradients are the slopes of the plain loops', () => {
  expectSlope(
    (rows) => negativeCosineSimilarity(rows, tensor(WANTED)),
    (rows) => -slowCosine(rows, WANTED),
    PREDICTED,
  );
  expectSlope(
    (rows) => byolLoss(rows, tensor(WANTED)),
    (rows) => slowDistance(rows, WANTED),
    PREDICTED,
  );
});

test('a stopped gradient leaves values alone, and what stands before it', () => {
  // The slope of p(z) = 2 z against a constant z: only the first factor moves.
  const slope = tf.grad((z) => tf.sum(tf.mul(tf.mul(z, 2), stopGradient(z))))(tf.tensor1d([3, -1]));
  expect(Array.from(slope.dataSync())).toEqual([6, -2]);
});
