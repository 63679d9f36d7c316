/** Plans against closed forms, and against simulated studies of the planned size. */
import { expect, test } from 'vitest';
import { random, type RandomSource } from '../../util/random.ts';
import { drawResamples, percentileInterval } from './bootstrap.ts';
import { MOST_GROUPS, planFor } from './planning.ts';
import type { Metric, ScoredPredictions } from './scored.ts';
import { roundsOf, uncertaintiesOf, type Uncertainty } from './uncertainty.ts';
import { weightedMean } from './weighted-mean.ts';

const meanValue: Metric = ({ probabilities }) => {
  return (weights) => weightedMean(probabilities, weights);
};

interface Spreads {
  readonly image: number;
  readonly seed: number;
  readonly both: number;
}

/** A difference of two models, image by image: its mean, and the effects of images, seeds and both. */
function differenceOf(images: number, seeds: number, sd: Spreads, delta: number, source: RandomSource): Uncertainty {
  const ofImages = Array.from({ length: images }, () => sd.image * source.normal());
  const bySeed = Array.from({ length: seeds }, (): ScoredPredictions => {
    const ofSeed = sd.seed * source.normal();
    const values = ofImages.map((effect) => delta + effect + ofSeed + sd.both * source.normal());
    return {
      classes: 1,
      labels: new Int32Array(images),
      predicted: new Int32Array(images),
      probabilities: Float64Array.from(values),
    };
  });
  const draws = drawResamples(images, { resamples: 199, level: 0.95, seed: 0 });
  return uncertaintiesOf(
    [meanValue],
    bySeed,
    Int32Array.from({ length: images }, (_, i) => i),
    draws,
  )[0]!;
}

const DELTA = 0.02;

/** The share of studies whose interval excludes 0. */
function power(images: number, seeds: number, sd: Spreads, studies: number): number {
  const told = Array.from({ length: studies }, (_, study) => {
    const difference = differenceOf(images, seeds, sd, DELTA, random('planned study', images, seeds, study));
    const [low, high] = percentileInterval(roundsOf(difference), 0.95);
    return low > 0 || high < 0 ? 1 : 0;
  });
  return told.reduce<number>((sum, one) => sum + one, 0) / studies;
}

/** The middle of the plans of some pilots. */
function middlePlan(images: number, seeds: number, sd: Spreads, key: 'seeds' | 'groups'): number {
  const plans = Array.from({ length: 41 }, (_, pilot) => {
    const plan = planFor(differenceOf(images, seeds, sd, DELTA, random('pilot', pilot)), DELTA);
    return plan?.[key] ?? Infinity;
  });
  return plans.sort((a, b) => a - b)[20]!;
}

test('studies with the planned number of seeds tell the difference in about 80 of 100', () => {
  const sd = { image: 0.03, seed: 0.02, both: 0.1 };
  const seeds = middlePlan(120, 5, sd, 'seeds');
  expect(seeds).toBeGreaterThan(5);
  const share = power(120, seeds, sd, 200);
  expect(share).toBeGreaterThan(0.68);
  expect(share).toBeLessThan(0.92);
});

test('studies with the planned number of test groups tell the difference in about 80 of 100', () => {
  const sd = { image: 0.1, seed: 0.004, both: 0.05 };
  const groups = middlePlan(60, 5, sd, 'groups');
  expect(groups).toBeGreaterThan(60);
  const share = power(groups, 5, sd, 200);
  expect(share).toBeGreaterThan(0.68);
  expect(share).toBeLessThan(0.92);
});

test('only images: the closed form of a power of 80 %', () => {
  const difference = differenceOf(80, 3, { image: 0.2, seed: 0, both: 0 }, 0, random('only images'));
  const plan = planFor(difference, DELTA)!;
  const variance = 0.2 ** 2;
  expect(plan.groups! / (variance * (2.802 / DELTA) ** 2)).toBeGreaterThan(0.6);
  expect(plan.groups! / (variance * (2.802 / DELTA) ** 2)).toBeLessThan(1.5);
  expect(plan.seeds).toBeNull();
});

test('where trainings differ too much, no number of test groups suffices, and seeds do', () => {
  const plan = planFor(differenceOf(500, 4, { image: 0.01, seed: 0.1, both: 0 }, 0, random('only seeds')), DELTA)!;
  expect(plan.groups).toBeNull();
  expect(plan.seeds).toBeGreaterThan(20);
});

test('a greater difference needs fewer seeds and groups, and a tiny one more than there are', () => {
  const difference = differenceOf(100, 4, { image: 0.05, seed: 0.02, both: 0.05 }, 0, random('sizes'));
  const [small, large] = [0.03, 0.1].map((delta) => planFor(difference, delta)!);
  expect(large!.seeds!).toBeLessThan(small!.seeds ?? Infinity);
  expect(large!.groups!).toBeLessThanOrEqual(small!.groups ?? MOST_GROUPS);
  expect(planFor(difference, 1e-9)).toMatchObject({ seeds: null, groups: null });
  expect(planFor(difference, 0.05)!.detectable).toBe(small!.detectable);
});

test('one seed gives no plan', () => {
  expect(planFor(differenceOf(50, 1, { image: 1, seed: 1, both: 1 }, 0, random('one')), DELTA)).toBeNull();
});
