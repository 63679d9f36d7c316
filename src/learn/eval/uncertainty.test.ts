/** The variance of a mean over seeds against closed forms of crossed effects. */
import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { drawResamples, percentileInterval } from './bootstrap.ts';
import { meanAndSd } from './mean-and-sd.ts';
import type { Metric, ScoredPredictions } from './scored.ts';
import { roundsOf, uncertaintiesOf, uncertaintyOfDifference } from './uncertainty.ts';
import { weightedMean } from './weighted-mean.ts';

/** Any value for each image, carried as a probability. */
const meanValue: Metric = ({ probabilities }) => {
  return (weights) => weightedMean(probabilities, weights);
};

const valued = (values: readonly number[]): ScoredPredictions => ({
  classes: 1,
  labels: new Int32Array(values.length),
  predicted: new Int32Array(values.length),
  probabilities: Float64Array.from(values),
});

function estimateOf(bySeed: readonly (readonly number[])[], resamples = 4000, seed = 1) {
  const images = bySeed[0]!.length;
  const draws = drawResamples(images, { resamples, level: 0.95, seed });
  return uncertaintiesOf(
    [meanValue],
    bySeed.map(valued),
    Int32Array.from({ length: images }, (_, i) => i),
    draws,
  )[0]!;
}

/** value = image effect + seed effect + interplay. */
function crossed(images: number, seeds: number, sd: { image: number; seed: number; both: number }, key: number) {
  const source = random('crossed', key);
  const ofImages = Array.from({ length: images }, () => sd.image * source.normal());
  return Array.from({ length: seeds }, () => {
    const ofSeed = sd.seed * source.normal();
    return ofImages.map((effect) => effect + ofSeed + sd.both * source.normal());
  });
}

const sdOf = (values: Float64Array) => meanAndSd([...values]).sd;

test('one seed: the rounds have the variance of a mean, s^2 / n', () => {
  const values = crossed(40, 1, { image: 1, seed: 0, both: 0 }, 1);
  const { sd } = meanAndSd(values[0]!);
  expect(sdOf(roundsOf(estimateOf(values))) / (sd / Math.sqrt(40))).toBeCloseTo(1, 1);
});

test('seeds alone: the interval is Student’s', () => {
  const values = [0.5, 0.6, 0.3, 0.45, 0.62];
  const [low, high] = percentileInterval(
    roundsOf(
      estimateOf(
        values.map((value) => Array<number>(5).fill(value)),
        20_000,
      ),
    ),
    0.95,
  );
  const { mean, sd } = meanAndSd(values);
  const half = (2.776 * sd) / Math.sqrt(5);
  expect((high - mean) / half).toBeCloseTo(1, 1);
  expect((mean - low) / half).toBeCloseTo(1, 1);
});

test('the rounds are around the mean over seeds', () => {
  const estimate = estimateOf(crossed(50, 3, { image: 1, seed: 0.2, both: 1 }, 2));
  const rounds = [...roundsOf(estimate)].sort((a, b) => a - b);
  expect(rounds[2000]!).toBeCloseTo(meanAndSd(estimate.values).mean, 1);
});

test('interplay of images and seeds counts once: the expected variance is that of the mean', () => {
  // 40 seeds: Student's distribution is nearly normal.
  const [images, seeds, sd] = [60, 40, { image: 0.3, seed: 0.05, both: 1 }];
  const truth = sd.image ** 2 / images + sd.seed ** 2 / seeds + sd.both ** 2 / images / seeds;
  const variances = Array.from({ length: 100 }, (_, key) => {
    return sdOf(roundsOf(estimateOf(crossed(images, seeds, sd, 100 + key), 300, key))) ** 2;
  });
  expect(meanAndSd(variances).mean / truth).toBeGreaterThan(0.95);
  expect(meanAndSd(variances).mean / truth).toBeLessThan(1.1);
});

test('images that all seeds answer independently leave nothing for the bootstrap to add', () => {
  const estimate = estimateOf(crossed(200, 4, { image: 0, seed: 0, both: 1 }, 3));
  const bySeeds = meanAndSd(estimate.values).sd / 2;
  const bound = Math.sqrt(3) * bySeeds; // Student's standard deviation with three degrees of freedom is the root of 3
  expect(sdOf(roundsOf(estimate))).toBeLessThan(2 * bound);
});

test('the difference of a model to itself is 0 in every round', () => {
  const estimate = estimateOf(crossed(30, 3, { image: 1, seed: 1, both: 1 }, 4));
  const rounds = roundsOf(uncertaintyOfDifference(estimate, estimate));
  expect([Math.min(...rounds), Math.max(...rounds)]).toEqual([0, 0]);
});

test('what images do to two models alike is not in their difference', () => {
  const values = crossed(50, 3, { image: 5, seed: 0.1, both: 0.1 }, 5);
  const better = values.map((own) => own.map((value) => value + 0.3));
  const difference = uncertaintyOfDifference(estimateOf(better), estimateOf(values));
  for (const round of roundsOf(difference)) expect(round).toBeCloseTo(0.3, 10);
});

test('rounds that do not define the value are NaN, and the others count', () => {
  const estimate = estimateOf(crossed(30, 2, { image: 1, seed: 1, both: 0 }, 6));
  estimate.replicates[0]![3] = NaN;
  const rounds = roundsOf(estimate);
  expect(rounds[3]).toBeNaN();
  expect(rounds.filter((value) => Number.isNaN(value))).toHaveLength(1);
});
