import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { ntXent } from './simclr.ts';
import { supConLoss } from './supcon.ts';
import { dot, expectSlope, mean, normal, numberOf, tensor, unit, type Rows } from './rows.test-support.ts';
import { l2Normalize } from './l2-normalize.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const ROWS = normal('supcon', 10, 6);
const LABELS = [0, 1, 0, 2, 1];
const both = (labels: readonly number[]) => [...labels, ...labels];
const lossOf = (rows: Rows, labels: readonly number[], temperature: number) =>
  numberOf(supConLoss(tensor(rows), tf.tensor1d(both(labels), 'int32'), temperature));

/** Equation 2, term by term. */
function slow(rows: Rows, labels: readonly number[], temperature: number): number {
  const views = unit(rows);
  const classes = both(labels);
  return mean(
    views.map((anchor, i) => {
      const others = views.map((_, a) => a).filter((a) => a !== i);
      const denominator = others.reduce((sum, a) => sum + Math.exp(dot(anchor, views[a]!) / temperature), 0);
      const positives = others.filter((p) => classes[p] === classes[i]);
      return -mean(positives.map((p) => Math.log(Math.exp(dot(anchor, views[p]!) / temperature) / denominator)));
    }),
  );
}

test.each([0.07, 0.1, 1])('the loss is that of plain loops at temperature %d', (temperature) => {
  expect(lossOf(unit(ROWS), LABELS, temperature)).toBeCloseTo(slow(ROWS, LABELS, temperature), 4);
});

test('the gradient is the slope of the plain loops', () => {
  expectSlope(
    (rows) => supConLoss(l2Normalize(rows), tf.tensor1d(both(LABELS), 'int32'), 0.3),
    (rows) => slow(rows, LABELS, 0.3),
    ROWS,
  );
});

test("where every label is unique it is SimCLR's loss", () => {
  const embeddings = unit(ROWS);
  expect(lossOf(embeddings, [4, 3, 2, 1, 0], 0.5)).toBeCloseTo(numberOf(ntXent(tensor(embeddings), 0.5)), 5);
});

test('embeddings in one point cost ln(2N - 1), whatever the labels', () => {
  for (const labels of [LABELS, [0, 0, 0, 0, 0], [0, 1, 2, 3, 4]]) {
    expect(
      lossOf(
        Array.from({ length: 10 }, () => [1, 0]),
        labels,
        0.1,
      ),
    ).toBeCloseTo(Math.log(9), 5);
  }
});

test('classes on axes of their own cost ln(positives + negatives exp(-1 / t))', () => {
  // Two classes of two images: 3 positives and 4 negatives for each of the 8 views.
  const rows = [0, 1, 0, 1, 0, 1, 0, 1].map((axis) => [1 - axis, axis]);
  expect(lossOf(rows, [0, 1, 0, 1], 0.5)).toBeCloseTo(Math.log(3 + 4 * Math.exp(-2)), 5);
});
