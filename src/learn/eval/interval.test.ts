import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { accuracyMetric } from './accuracy.ts';
import { balancedAccuracy } from './balanced-accuracy.ts';
import { drawResamples, MOST_DEGREES, percentileInterval } from './bootstrap.ts';
import { decidingGroups, influencesOf } from './influence.ts';
import { holmAdjusted, isSupported, LEAST_DECIDING_GROUPS, pValueOf, supportedInterval } from './interval.ts';
import type { ScoredPredictions } from './scored.ts';
import { roundsOf, uncertaintiesOf, uncertaintyOfDifference, type Uncertainty } from './uncertainty.ts';

function answers(right: readonly boolean[], labels = right.map(() => 1)): ScoredPredictions {
  return {
    classes: 2,
    labels: Int32Array.from(labels),
    predicted: Int32Array.from(right, (hit, i) => (hit ? labels[i]! : 1 - labels[i]!)),
    probabilities: new Float64Array(2 * right.length).fill(0.5),
  };
}

const withErrors = (errors: number, images: number) =>
  answers(
    Array.from(
      { length: images },
      (_, i) =>
        i % Math.floor(images / Math.max(1, errors)) !== 0 || i >= errors * Math.floor(images / Math.max(1, errors)),
    ),
  );
const own = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
const decidingOf = (scored: ScoredPredictions, groupOf = own(scored.labels.length)) =>
  decidingGroups(influencesOf([accuracyMetric], [scored], groupOf)[0]!);

/** The kurtosis of a coin with probability p is (1 - 3 p q) / (p q). */
test.each([
  [1, 50],
  [5, 50],
  [25, 50],
  [3, 90],
])('%d errors in %d images: the closed form of a coin', (errors, images) => {
  const [p, q] = [errors / images, 1 - errors / images];
  expect(decidingOf(withErrors(errors, images))).toBeCloseTo((images * p * q) / (1 - 3 * p * q), 6);
});

test('no error: nothing decides', () => {
  expect(decidingOf(answers(Array<boolean>(40).fill(true)))).toBe(0);
});

test('blocks of many groups count as the groups do, nearly', () => {
  const source = random('influence blocks');
  for (const rate of [0.05, 0.3]) {
    const images = 1000;
    const scored = answers(Array.from({ length: images }, () => source.uniform() >= rate));
    const errors = scored.predicted.filter((k) => k === 0).length;
    const [p, q] = [errors / images, 1 - errors / images];
    const exact = (images * p * q) / (1 - 3 * p * q);
    expect(decidingOf(scored) / exact).toBeGreaterThan(0.5);
    expect(decidingOf(scored) / exact).toBeLessThan(2);
  }
});

test('images of one group are one', () => {
  const right = Array.from({ length: 60 }, (_, i) => Math.floor(i / 6) % 2 === 0);
  expect(
    decidingOf(
      answers(right),
      Int32Array.from(right, (_, i) => Math.floor(i / 6)),
    ),
  ).toBeCloseTo(10, 6);
});

test('a class of one image decides a mean recall alone, so there is no interval', () => {
  const labels = Array.from({ length: 60 }, (_, i) => (i === 0 ? 0 : 1));
  const scored = answers(
    labels.map((_, i) => i % 3 !== 1),
    labels,
  );
  const [influence] = influencesOf([balancedAccuracy], [scored], own(60));
  expect(decidingGroups(influence!)).toBeLessThan(2);
});

function uncertaintyOf(scored: ScoredPredictions): Uncertainty {
  const count = scored.labels.length;
  const draws = drawResamples(count, { resamples: 999, level: 0.95, seed: 1 });
  return uncertaintiesOf([accuracyMetric], [scored], own(count), draws)[0]!;
}

test('an interval is given from the least number of deciding groups on, and none below', () => {
  const few = uncertaintyOf(withErrors(3, 66));
  const many = uncertaintyOf(withErrors(20, 66));
  expect(decidingGroups(few.influence)).toBeLessThan(LEAST_DECIDING_GROUPS);
  expect(isSupported(few)).toBe(false);
  expect(supportedInterval(few, 0.95)).toEqual([NaN, NaN]);
  expect(pValueOf(few)).toBeNaN();
  expect(supportedInterval(many, 0.95)).toEqual(percentileInterval(roundsOf(many), 0.95));
});

test('p is at most .05 exactly where the interval of 95 % excludes 0', () => {
  const source = random('p values');
  let [excluded, included] = [0, 0];
  for (let n = 0; n < 60; n++) {
    const models = [0.6, 0.75].map((rate) =>
      uncertaintyOf(answers(Array.from({ length: 80 }, () => source.uniform() < rate))),
    );
    const difference = uncertaintyOfDifference(models[0]!, models[1]!);
    const [low, high] = supportedInterval(difference, 0.95);
    const excludes = low > 0 || high < 0;
    if (excludes) excluded++;
    else included++;
    expect(pValueOf(difference) <= 0.05).toBe(excludes);
  }
  expect(Math.min(excluded, included)).toBeGreaterThan(5);
});

test('the least p-value is 2 / (rounds + 1), the greatest 1', () => {
  const changes = Float64Array.from({ length: 40 }, (_, i) => (i % 2) - 0.5);
  const always = (value: number, rounds: number): Uncertainty => ({
    values: [value],
    replicates: [new Float64Array(rounds).fill(value)],
    resamples: {
      groups: [],
      normals: new Float64Array(rounds),
      widths: new Float64Array(rounds * MOST_DEGREES).fill(1),
    },
    influence: { changes, groups: 40 },
  });
  expect(pValueOf(always(1, 99))).toBe(0.02);
  expect(pValueOf(always(0, 99))).toBe(1);
  expect(pValueOf(always(NaN, 99))).toBeNaN();
});

test("Holm's adjustment: the example by hand, order kept, monotone, NaN left out", () => {
  expect(holmAdjusted([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holmAdjusted([0.02, NaN, 0.02])).toEqual([0.04, NaN, 0.04]);
  expect(holmAdjusted([0.6, 0.9])).toEqual([1, 1]);
  expect(holmAdjusted([])).toEqual([]);
});
