/**
 * How sure can one be? A paired bootstrap over groups and seeds.
 *
 * Each of `resamples` rounds draws, with replacement, as many groups (lesions, patients) as the test set has, and as
 * many seeds as were trained. The draw is the same for every model: that is what makes differences paired. An image
 * counts as often as its group was drawn; a model's value in a round is the mean of the metric over the drawn seeds.
 * The interval is the percentile interval of these values (Efron and Tibshirani 1993, ch. 13), for a difference that
 * of the differences round by round.
 *
 * It answers: would other images of the same kind and other trainings say the same? Images of one group are never
 * taken for independent. With S seeds the spread between trainings is understated by about the factor
 * sqrt((S - 1) / S), and with one seed it is not in the interval at all.
 */
import { quantileSorted } from 'd3-array';
import { random, type RandomSource } from '../../util/random.ts';
import type { Metric, Scored, Weights } from './scored.ts';

export interface BootstrapOptions {
  readonly resamples: number;
  /** Share of the rounds inside the interval: 0.95. */
  readonly level: number;
  readonly seed: number;
}

type Interval = readonly [low: number, high: number];

/** One metric's value in every round, NaN where a round's images do not define it. */
export type Rounds = Float64Array;

/** What a round draws: how often each group and each seed counts. */
interface Draw {
  readonly groups: Int32Array;
  readonly seeds: Int32Array;
}

/** Keyed by the options' seed and the round, hence independent of how many rounds or models there are. */
export function drawRounds(groups: number, seeds: number, { resamples, seed }: BootstrapOptions): Draw[] {
  return Array.from({ length: resamples }, (_, round) => {
    const source = random('evaluation bootstrap', seed, round);
    return { groups: drawCounts(groups, source), seeds: drawCounts(seeds, source) };
  });
}

/**
 * Every metric of one model in every round.
 * @param bySeed the test part as each seed's network answered it, over the same images in the same order
 * @param groupOf [N], the group of each image, from 0
 */
export function roundsOf(metrics: readonly Metric[], bySeed: readonly Scored[], groupOf: Int32Array, draws: readonly Draw[]): Rounds[] {
  const prepared = bySeed.map((scored) => metrics.map((metric) => metric(scored)));
  const rounds = metrics.map(() => new Float64Array(draws.length));
  const weights: Weights = new Float64Array(groupOf.length);
  draws.forEach((draw, round) => {
    groupOf.forEach((group, image) => { weights[image] = draw.groups[group]!; });
    draw.seeds.forEach((times, seed) => {
      if (times === 0) return;
      prepared[seed]!.forEach((weigh, m) => { rounds[m]![round]! += (times * weigh(weights)) / bySeed.length; });
    });
  });
  return rounds;
}

/** Over the rounds that define the metric; [NaN, NaN] when none does. */
export function percentileInterval(rounds: Rounds, level: number): Interval {
  const sorted = Array.from(rounds.filter((value) => !Number.isNaN(value)).sort());
  const at = (share: number) => quantileSorted(sorted, share) ?? NaN;
  return [at((1 - level) / 2), at((1 + level) / 2)];
}

export function differenceOf(a: Rounds, b: Rounds): Rounds {
  return a.map((value, round) => value - b[round]!);
}

function drawCounts(count: number, source: RandomSource): Int32Array {
  const counts = new Int32Array(count);
  for (let i = 0; i < count; i++) counts[source.integer(count)]!++;
  return counts;
}
