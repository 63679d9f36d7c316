import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { detectCollapse } from './detect-collapse.ts';
import { embeddingStats } from './embedding-stats.ts';
import { mean, normal, numberOf, tensor, unit, type Rows } from './rows.test-support.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const collapseOf = (found: Record<string, number>, labeled = false) =>
  detectCollapse({ relativeStd: found.relativeStd!, participationRatio: found.participationRatio!, labeled });
const statsOf = (rows: Rows) =>
  Object.fromEntries(Object.entries(embeddingStats(tensor(rows))).map(([name, value]) => [name, numberOf(value)]));

test('embeddings in one point have no spread, perfect alignment and no uniformity', () => {
  const { embeddingStd, alignment, uniformity } = statsOf(Array.from({ length: 6 }, () => [0, 1, 0]));
  expect([embeddingStd, alignment]).toEqual([0, 0]);
  expect(uniformity).toBeCloseTo(0, 6);
});

test('embeddings all over the sphere spread by one over the root of its dimensions', () => {
  const { embeddingStd, relativeStd, uniformity, participationRatio } = statsOf(unit(normal('sphere', 400, 64)));
  expect(embeddingStd! * 8).toBeCloseTo(1, 2);
  expect(relativeStd).toBeCloseTo(1, 2);
  // 400 rows sample a covariance whose trace^2 / |.|^2 is d / (1 + d / n).
  expect(participationRatio).toBeGreaterThan(52);
  expect(participationRatio).toBeLessThan(58);
  expect(uniformity).toBeGreaterThan(-4);
  expect(uniformity).toBeLessThan(-3.8);
});

test('the statistics are those of plain loops', () => {
  const views = unit(normal('geometry', 8, 3));
  const squared = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  const deviations = [0, 1, 2].map((d) => {
    const column = views.map((view) => view[d]!);
    return Math.sqrt(mean(column.map((value) => (value - mean(column)) ** 2)));
  });
  const pairs = [0, 1, 2, 3].flatMap((i) =>
    [0, 1, 2, 3].filter((j) => j !== i).map((j) => Math.exp(-2 * squared(views[i]!, views[j]!))),
  );
  const { embeddingStd, alignment, uniformity } = statsOf(views);
  expect(embeddingStd).toBeCloseTo(mean(deviations), 5);
  expect(alignment).toBeCloseTo(mean([0, 1, 2, 3].map((i) => squared(views[i]!, views[i + 4]!))), 5);
  expect(uniformity).toBeCloseTo(Math.log(mean(pairs)), 5);
});

test('embeddings spread over as many dimensions as there are equal directions', () => {
  const axes = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      [1, -1].map((sign) => Array.from({ length: 5 }, (__, d) => (d === i ? sign : 0))),
    ).flat();
  for (const count of [1, 2, 5]) expect(statsOf(axes(count)).participationRatio).toBeCloseTo(count, 4);
});

test('a collapse to a point and one to a line are told, an even spread is not', () => {
  const point = statsOf(Array.from({ length: 6 }, () => [0, 1, 0]));
  expect(collapseOf(point)).toBe(
    "all images have nearly the same embedding (its standard deviation is 0.0 % of an even spread's)",
  );
  // One bit after batch normalization: the standard deviation is that of an even spread.
  const line = statsOf(
    unit(Array.from({ length: 6 }, (_, i) => [1, -1, 1].map((value) => (i % 2 === 0 ? value : -value)))),
  );
  expect(line.relativeStd).toBeCloseTo(1, 5);
  expect(collapseOf(line)).toBe(
    'the embeddings of all images lie nearly on one line (they spread over 1.0 dimensions)',
  );
  // Two separated classes.
  expect(collapseOf(line, true)).toBeNull();
  expect(collapseOf(statsOf(unit(normal('spread', 40, 8))))).toBeNull();
});
