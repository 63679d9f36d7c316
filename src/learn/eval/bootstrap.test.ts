import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { accuracyMetric } from './accuracy.ts';
import { balancedAccuracy } from './balanced-accuracy.ts';
import { drawResamples, MOST_DEGREES, percentileInterval, replicatesOf } from './bootstrap.ts';
import { uniformWeights, type ScoredPredictions } from './scored.ts';

const options = { resamples: 4000, level: 0.95, seed: 1 };

function scored(labels: number[], predicted: number[]): ScoredPredictions {
  return {
    classes: 2,
    labels: Int32Array.from(labels),
    predicted: Int32Array.from(predicted),
    probabilities: Float64Array.from(labels.flatMap(() => [0.5, 0.5])),
  };
}

function coin(images: number, rate: number, ...key: number[]): ScoredPredictions {
  const source = random('bootstrap test', ...key);
  return scored(
    Array<number>(images).fill(1),
    Array.from({ length: images }, () => (source.uniform() < rate ? 1 : 0)),
  );
}

const ownGroups = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
const sd = (values: Float64Array) => {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};

test('a round is the plain metric of the images that it drew, seed by seed', () => {
  const bySeed = [coin(12, 0.6, 0), coin(12, 0.4, 1), coin(12, 0.7, 2)];
  const groupOf = Int32Array.of(0, 0, 0, 1, 1, 2, 3, 3, 3, 3, 4, 4);
  const draws = drawResamples(5, { ...options, resamples: 20 });
  const [replicates] = replicatesOf([accuracyMetric], bySeed, groupOf, draws);
  draws.groups.forEach((counts, round) => {
    const images = [...groupOf].flatMap((group, image) => Array<number>(counts[group]!).fill(image));
    bySeed.forEach((scores, seed) => {
      const one = scored(
        images.map((i) => scores.labels[i]!),
        images.map((i) => scores.predicted[i]!),
      );
      expect(replicates![seed]![round]).toBeCloseTo(accuracyMetric(one)(uniformWeights(images.length)), 12);
    });
  });
});

test('a round draws as many groups as there are, whatever the number of rounds', () => {
  const draws = drawResamples(7, { ...options, resamples: 50 });
  for (const counts of draws.groups) expect(counts.reduce((a, b) => a + b)).toBe(7);
  const fewer = drawResamples(7, { ...options, resamples: 10 });
  expect(fewer.groups).toEqual(draws.groups.slice(0, 10));
  expect(fewer.normals).toEqual(draws.normals.slice(0, 10));
  expect(fewer.widths).toEqual(draws.widths.slice(0, 10 * MOST_DEGREES));
  expect(drawResamples(7, { ...options, resamples: 10, seed: 2 }).groups).not.toEqual(fewer.groups);
});

/** Quantiles of Student's distribution at 0.975: Fisher and Yates, table III. */
test.each([
  [1, 12.706],
  [2, 4.303],
  [4, 2.776],
  [30, 2.042],
])("a normal value times the width of %d degrees of freedom has Student's quantile", (degrees, quantile) => {
  const { normals, widths } = drawResamples(1, { ...options, resamples: 40_000 });
  const students = normals.map((normal, round) => normal * widths[round * MOST_DEGREES + degrees - 1]!);
  const [low, high] = percentileInterval(students, 0.95);
  expect(high / quantile).toBeCloseTo(1, 1);
  expect(-low / quantile).toBeCloseTo(1, 1);
});

test('with one seed and single images the spread of accuracy is the binomial one', () => {
  const images = 200;
  const one = coin(images, 0.8, 3);
  const p = accuracyMetric(one)(uniformWeights(images));
  const [rounds] = replicatesOf([accuracyMetric], [one], ownGroups(images), drawResamples(images, options))[0]!;
  expect(sd(rounds!) / Math.sqrt((p * (1 - p)) / images)).toBeCloseTo(1, 1);
});

test('images that come in equal groups of four count as a quarter as many', () => {
  const groups = 50;
  const answers = coin(groups, 0.7, 4);
  const repeated = scored(
    [...answers.labels].flatMap((x) => [x, x, x, x]),
    [...answers.predicted].flatMap((x) => [x, x, x, x]),
  );
  const groupOf = Int32Array.from({ length: 4 * groups }, (_, i) => Math.floor(i / 4));
  const draws = drawResamples(groups, options);
  const [grouped] = replicatesOf([accuracyMetric], [repeated], groupOf, draws)[0]!;
  const [single] = replicatesOf([accuracyMetric], [answers], ownGroups(groups), draws)[0]!;
  grouped!.forEach((value, round) => {
    expect(value).toBeCloseTo(single![round]!, 12);
  });
});

test('an interval ends where the metric does', () => {
  expect(percentileInterval(Float64Array.of(-3, 0.5, 4), 1, [0, 1])).toEqual([0, 1]);
  expect(percentileInterval(Float64Array.of(NaN), 0.95, [0, 1])).toEqual([NaN, NaN]);
});

test('the ends of an interval are the values of rank (R + 1) p; rounds without a value are left out', () => {
  const rounds = Float64Array.from({ length: 99 }, (_, i) => 99 - i);
  expect(percentileInterval(rounds, 0.9)).toEqual([expect.closeTo(5, 10), expect.closeTo(95, 10)]);
  expect(percentileInterval(rounds, 0.95)).toEqual([expect.closeTo(2.5, 10), expect.closeTo(97.5, 10)]);
  expect(percentileInterval(Float64Array.of(NaN, 1, NaN, 3), 1)).toEqual([1, 3]);
  expect(percentileInterval(Float64Array.of(NaN), 0.95)).toEqual([NaN, NaN]);
});

test('every round has every class, also a class of one group', () => {
  const groupsByClass = [[0, 1, 2, 3, 4, 5], [6], [7, 8]];
  const draws = drawResamples(9, { ...options, resamples: 500 }, groupsByClass);
  const plain = drawResamples(9, { ...options, resamples: 500 });
  const lacking = plain.groups.filter((counts) =>
    groupsByClass.some((own) => own.every((group) => counts[group] === 0)),
  );
  expect(lacking.length).toBeGreaterThan(100);
  // All else is as without the rule.
  expect(draws.normals).toEqual(plain.normals);
  draws.groups.forEach((counts, round) => {
    for (const own of groupsByClass) expect(own.some((group) => counts[group]! > 0)).toBe(true);
    counts.forEach((times, group) => {
      expect([plain.groups[round]![group], 1]).toContain(times);
    });
  });
  const added = [7, 8].map(
    (group) => draws.groups.filter((counts, i) => counts[group]! > plain.groups[i]![group]!).length,
  );
  expect(Math.min(...added)).toBeGreaterThan(15);
});

test('a metric sees only the drawn images: a class that was not drawn is left out', () => {
  const two = scored([0, 0, 1], [0, 1, 0]);
  const draws = { ...drawResamples(3, { ...options, resamples: 1 }), groups: [Int32Array.of(1, 1, 0)] };
  expect(replicatesOf([balancedAccuracy], [two], ownGroups(3), draws)[0]![0]![0]).toBe(0.5);
});
