import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { accuracyMetric } from './accuracy.ts';
import { balancedAccuracy } from './balanced-accuracy.ts';
import { pairedDifference, drawResamples, percentileInterval, replicatesOf } from './bootstrap.ts';
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

test('a round is the plain metric of the images that it drew, seeds weighed', () => {
  const bySeed = [coin(12, 0.6, 0), coin(12, 0.4, 1), coin(12, 0.7, 2)];
  const groupOf = Int32Array.of(0, 0, 0, 1, 1, 2, 3, 3, 3, 3, 4, 4);
  const draws = drawResamples(5, 3, { ...options, resamples: 20 });
  const [rounds] = replicatesOf([accuracyMetric], bySeed, groupOf, draws);
  draws.forEach((draw, round) => {
    const values = bySeed.map((_, seed) => {
      const images = [...groupOf].flatMap((group, image) => Array<number>(draw.groups[group]!).fill(image));
      const one = scored(
        images.map((i) => bySeed[seed]!.labels[i]!),
        images.map((i) => bySeed[seed]!.predicted[i]!),
      );
      return accuracyMetric(one)(uniformWeights(images.length));
    });
    expect(rounds![round]).toBeCloseTo(
      values.reduce((sum, value, seed) => sum + draw.seeds[seed]! * value, 0),
      12,
    );
  });
});

test('a round draws as many groups as there are and seeds that weigh 1 together, whatever the number of rounds', () => {
  const draws = drawResamples(7, 3, { ...options, resamples: 50 });
  for (const { groups, seeds } of draws) {
    expect(groups.reduce((a, b) => a + b)).toBe(7);
    expect(seeds.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  }
  expect(drawResamples(7, 3, { ...options, resamples: 10 })).toEqual(draws.slice(0, 10));
  expect(drawResamples(7, 3, { ...options, resamples: 10, seed: 2 })).not.toEqual(draws.slice(0, 10));
});

test('with one seed and single images the spread of accuracy is the binomial one', () => {
  const images = 200;
  const one = coin(images, 0.8, 3);
  const p = accuracyMetric(one)(uniformWeights(images));
  const [rounds] = replicatesOf([accuracyMetric], [one], ownGroups(images), drawResamples(images, 1, options));
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
  const draws = drawResamples(groups, 1, options);
  const [grouped] = replicatesOf([accuracyMetric], [repeated], groupOf, draws);
  const [single] = replicatesOf([accuracyMetric], [answers], ownGroups(groups), draws);
  grouped!.forEach((value, round) => {
    expect(value).toBeCloseTo(single![round]!, 12);
  });
});

test('the difference of a model to itself is nought in every round', () => {
  const bySeed = [coin(30, 0.6, 5), coin(30, 0.6, 6)];
  const draws = drawResamples(30, 2, { ...options, resamples: 200 });
  const [a] = replicatesOf([accuracyMetric], bySeed, ownGroups(30), draws);
  const [b] = replicatesOf([accuracyMetric], bySeed, ownGroups(30), draws);
  expect(percentileInterval(pairedDifference(a!, b!), 0.95)).toEqual([0, 0]);
});

test('spread between seeds widens the interval', () => {
  const same = coin(100, 0.7, 7);
  const draws = drawResamples(100, 2, { ...options, resamples: 1000 });
  const [steady] = replicatesOf([accuracyMetric], [same, same], ownGroups(100), draws);
  const [shaky] = replicatesOf([accuracyMetric], [coin(100, 0.5, 8), coin(100, 0.9, 9)], ownGroups(100), draws);
  expect(sd(shaky!)).toBeGreaterThan(2 * sd(steady!));
});

/** Quantiles of Student's distribution at 0.975: Fisher and Yates, table III. */
test.each([
  [[0.7, 0.2], 12.706],
  [[0.5, 0.6, 0.3], 4.303],
  [[0.5, 0.6, 0.3, 0.45, 0.62], 2.776],
])("where images leave no doubt, the interval of the seeds %j is Student's", (values, quantile) => {
  const one = coin(1, 1, 10);
  const draws = drawResamples(1, values.length, { ...options, resamples: 40_000 });
  let next = 0;
  const [rounds] = replicatesOf(
    [
      () => {
        const value = values[next++]!;
        return () => value;
      },
    ],
    values.map(() => one),
    ownGroups(1),
    draws,
  );
  const mean = values.reduce((a, b) => a + b) / values.length;
  const half =
    (quantile * Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))) /
    Math.sqrt(values.length);
  const [low, high] = percentileInterval(rounds!, 0.95);
  expect((high - mean) / half).toBeCloseTo(1, 1);
  expect((mean - low) / half).toBeCloseTo(1, 1);
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
  const draws = drawResamples(9, 1, { ...options, resamples: 500 }, groupsByClass);
  const plain = drawResamples(9, 1, { ...options, resamples: 500 });
  const lacking = plain.filter(({ groups }) => groupsByClass.some((own) => own.every((group) => groups[group] === 0)));
  expect(lacking.length).toBeGreaterThan(100);
  draws.forEach(({ groups, seeds }, round) => {
    for (const own of groupsByClass) expect(own.some((group) => groups[group]! > 0)).toBe(true);
    // All else is as without the rule.
    expect(seeds).toEqual(plain[round]!.seeds);
    groups.forEach((times, group) => {
      expect([plain[round]!.groups[group], 1]).toContain(times);
    });
  });
  const added = [7, 8].map(
    (group) => draws.filter(({ groups }, i) => groups[group]! > plain[i]!.groups[group]!).length,
  );
  expect(Math.min(...added)).toBeGreaterThan(15);
});

test('a metric sees only the drawn images: a class that was not drawn is left out', () => {
  const two = scored([0, 0, 1], [0, 1, 0]);
  const draw = { groups: Int32Array.of(1, 1, 0), seeds: Float64Array.of(1) };
  expect(replicatesOf([balancedAccuracy], [two], ownGroups(3), [draw])[0]![0]).toBe(0.5);
});
