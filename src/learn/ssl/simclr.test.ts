import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { random } from '../../util/random.ts';
import { geometry } from './geometry.ts';
import { ntXent, unitLength } from './simclr.ts';

beforeAll(async () => { await tf.setBackend('cpu'); });

const normal = (key: string, rows: number, width: number) => {
  const source = random('simclr', key);
  return Array.from({ length: rows }, () => Array.from({ length: width }, () => source.normal()));
};
const unit = (rows: number[][]) => rows.map((row) => row.map((value) => value / Math.hypot(...row)));
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const lossOf = (rows: number[][], temperature: number) => ntXent(tf.tensor2d(rows), temperature).dataSync()[0]!;

/** Equation 1 and the mean over all 2N views, term by term. */
function slowNtXent(views: readonly number[][], temperature: number): number {
  const images = views.length / 2;
  let sum = 0;
  for (let i = 0; i < views.length; i++) {
    const j = (i + images) % views.length;
    let denominator = 0;
    for (let k = 0; k < views.length; k++) if (k !== i) denominator += Math.exp(dot(views[i]!, views[k]!) / temperature);
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
  const views = normal('gradient', 8, 5);
  const gradient = tf.grad((x) => ntXent(unitLength(x as tf.Tensor2D), 0.3))(tf.tensor2d(views)).arraySync() as number[][];
  const step = 1e-5;
  views.forEach((row, i) => {
    row.forEach((_, j) => {
      const moved = (by: number) => unit(views.map((values, r) => values.map((value, c) => (r === i && c === j ? value + by : value))));
      const slope = (slowNtXent(moved(step), 0.3) - slowNtXent(moved(-step), 0.3)) / (2 * step);
      expect(gradient[i]![j]).toBeCloseTo(slope, 4);
    });
  });
});

test('the loss is indifferent to the length of rows and the order of images', () => {
  const views = normal('order', 6, 4);
  const value = ntXent(unitLength(tf.tensor2d(views)), 0.5).dataSync()[0]!;
  const stretched = unitLength(tf.tensor2d(views.map((row, i) => row.map((entry) => entry * (i + 1)))));
  expect(ntXent(stretched, 0.5).dataSync()[0]).toBeCloseTo(value, 5);
  const order = [2, 0, 1];
  const shuffled = [...order.map((i) => views[i]!), ...order.map((i) => views[i + 3]!)];
  expect(ntXent(unitLength(tf.tensor2d(shuffled)), 0.5).dataSync()[0]).toBeCloseTo(value, 5);
});

test('a row of zeros has no direction and does no harm', () => {
  expect(Array.from(unitLength(tf.zeros([1, 3])).dataSync())).toEqual([0, 0, 0]);
});

const geometryOf = (rows: number[][]) => Object.fromEntries(Object.entries(geometry(tf.tensor2d(rows))).map(([name, value]) => [name, value.dataSync()[0]!]));

test('embeddings in one point have no spread, perfect alignment and no uniformity', () => {
  const { embeddingStd, alignment, uniformity } = geometryOf(Array.from({ length: 6 }, () => [0, 1, 0]));
  expect([embeddingStd, alignment]).toEqual([0, 0]);
  expect(uniformity).toBeCloseTo(0, 6);
});

test('embeddings all over the sphere spread by one over the root of its dimensions', () => {
  const { embeddingStd, uniformity } = geometryOf(unit(normal('sphere', 400, 64)));
  expect(embeddingStd! * 8).toBeCloseTo(1, 2);
  expect(uniformity).toBeGreaterThan(-4);
  expect(uniformity).toBeLessThan(-3.8);
});

test('the geometry is that of plain loops', () => {
  const views = unit(normal('geometry', 8, 3));
  const squared = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const deviations = [0, 1, 2].map((d) => {
    const column = views.map((view) => view[d]!);
    return Math.sqrt(mean(column.map((value) => (value - mean(column)) ** 2)));
  });
  const pairs = [0, 1, 2, 3].flatMap((i) => [0, 1, 2, 3].filter((j) => j !== i).map((j) => Math.exp(-2 * squared(views[i]!, views[j]!))));
  const { embeddingStd, alignment, uniformity } = geometryOf(views);
  expect(embeddingStd).toBeCloseTo(mean(deviations), 5);
  expect(alignment).toBeCloseTo(mean([0, 1, 2, 3].map((i) => squared(views[i]!, views[i + 4]!))), 5);
  expect(uniformity).toBeCloseTo(Math.log(mean(pairs)), 5);
});
