import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { macroAuc, rankings, weightedMacroAuc } from './auc.ts';

/** Every pair of an image of the class and one of another, counted one by one. */
function slowAuc(scores: number[], isPositive: boolean[]): number {
  let won = 0;
  let pairs = 0;
  scores.forEach((a, i) => {
    scores.forEach((b, j) => {
      if (!isPositive[i] || isPositive[j]) return;
      pairs++;
      won += a > b ? 1 : a === b ? 0.5 : 0;
    });
  });
  return won / pairs;
}

const slowMacroAuc = (rows: number[][], labels: number[]) => {
  const areas = rows[0]!
    .map((_, k) =>
      slowAuc(
        rows.map((row) => row[k]!),
        labels.map((label) => label === k),
      ),
    )
    .filter((area) => !Number.isNaN(area));
  return areas.reduce((a, b) => a + b) / areas.length;
};

/** Few distinct values, so that ties are common. */
function coarse(images: number, classes: number, seed: number) {
  const source = random('auc test', seed);
  const rows = Array.from({ length: images }, () => Array.from({ length: classes }, () => source.integer(6) / 5));
  const labels = Array.from({ length: images }, () => source.integer(classes));
  return { rows, labels };
}

test.each([1, 2, 3])('agrees with counting every pair, ties included (seed %i)', (seed) => {
  const { rows, labels } = coarse(60, 4, seed);
  expect(macroAuc(Float64Array.from(rows.flat()), Int32Array.from(labels), 4)).toBeCloseTo(
    slowMacroAuc(rows, labels),
    12,
  );
});

test('a weight counts an image that many times, none included', () => {
  const { rows, labels } = coarse(40, 3, 7);
  const weights = labels.map((_, i) => i % 4);
  const repeated = weights.flatMap((times, i) => Array.from({ length: times }, () => i));
  const weighted = weightedMacroAuc(
    rankings(Float64Array.from(rows.flat()), Int32Array.from(labels), 3),
    Float64Array.from(weights),
  );
  expect(weighted).toBeCloseTo(
    slowMacroAuc(
      repeated.map((i) => rows[i]!),
      repeated.map((i) => labels[i]!),
    ),
    12,
  );
});

test('perfect, reversed and constant scores give 1, 0 and one half', () => {
  const labels = Int32Array.of(0, 0, 1, 1, 1);
  const of = (first: number[]) => macroAuc(Float32Array.from(first.flatMap((p) => [p, 1 - p])), labels, 2);
  expect(of([0.9, 0.75, 0.5, 0.25, 0.125])).toBe(1);
  expect(of([0.125, 0.25, 0.5, 0.75, 0.875])).toBe(0);
  expect(of([0.5, 0.5, 0.5, 0.5, 0.5])).toBe(0.5);
});

test('a class without images is left out of the mean, and without any curve there is no area', () => {
  const two = Float64Array.of(0.8, 0.1, 0.1, 0.3, 0.6, 0.1, 0.4, 0.3, 0.3);
  expect(macroAuc(two, Int32Array.of(0, 1, 0), 3)).toBe((1 + 1) / 2);
  expect(macroAuc(two, Int32Array.of(1, 1, 1), 3)).toBeNaN();
});
