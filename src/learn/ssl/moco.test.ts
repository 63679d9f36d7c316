import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { infoNce } from './moco.ts';
import { enqueueRows, randomQueue } from './queue.ts';
import { dot, expectSlope, mean, normal, numberOf, tensor, unit, type Rows } from './rows.test-support.ts';
import { l2Normalize } from './l2-normalize.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const [QUERIES, KEYS, QUEUE] = [normal('queries', 4, 5), unit(normal('keys', 4, 5)), unit(normal('queue', 7, 5))];

function slow(queries: Rows, temperature: number): number {
  return mean(
    unit(queries).map((query, i) => {
      const positive = Math.exp(dot(query, KEYS[i]!) / temperature);
      const negatives = QUEUE.reduce((sum, key) => sum + Math.exp(dot(query, key) / temperature), 0);
      return -Math.log(positive / (positive + negatives));
    }),
  );
}

test.each([0.07, 0.2, 1])('the loss is that of plain loops at temperature %d', (temperature) => {
  expect(numberOf(infoNce(tensor(unit(QUERIES)), tensor(KEYS), tensor(QUEUE), temperature))).toBeCloseTo(
    slow(QUERIES, temperature),
    4,
  );
});

test('the gradient is the slope of the plain loops', () => {
  expectSlope(
    (rows) => infoNce(l2Normalize(rows), tensor(KEYS), tensor(QUEUE), 0.3),
    (rows) => slow(rows, 0.3),
    QUERIES,
  );
});

test.each([1, 10, 300])('embeddings in one point cost ln(K + 1) at K = %i', (length) => {
  const point = (count: number) => tensor(Array.from({ length: count }, () => [0.6, 0.8]));
  expect(numberOf(infoNce(point(3), point(3), point(length), 0.2))).toBeCloseTo(Math.log(length + 1), 4);
});

test('a queue holds the last rows that came, newest batch first, whatever the length of batches', () => {
  const row = (value: number): number[] => [value, -value];
  let queue = tensor([0, 0, 0, 0, 0].map(row));
  for (const batch of [
    [1, 2],
    [3, 4],
    [5, 6],
  ])
    queue = enqueueRows(queue, tensor(batch.map(row)));
  expect(queue.arraySync()).toEqual([5, 6, 3, 4, 1].map(row));
  expect(enqueueRows(queue, tensor([7, 8, 9, 10, 11, 12, 13].map(row))).arraySync()).toEqual(
    [7, 8, 9, 10, 11].map(row),
  );
});

test('a first queue is of random directions, the same for the same key', () => {
  const queue = randomQueue(50, 6, ['queue', 1]);
  expect(queue).toEqual(randomQueue(50, 6, ['queue', 1]));
  expect(queue.data).not.toEqual(randomQueue(50, 6, ['queue', 2]).data);
  const rows = Array.from({ length: 50 }, (_, i) => [...queue.data.subarray(6 * i, 6 * i + 6)]);
  for (const direction of rows) expect(dot(direction, direction)).toBeCloseTo(1, 5);
  expect(new Set(rows.map(String)).size).toBe(50);
});
