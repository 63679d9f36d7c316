/**
 * How sure can one be? A paired bootstrap over groups and seeds.
 *
 * Each of `resamples` rounds draws, with replacement, as many groups (lesions, patients) as the test set has; an image
 * counts as often as its group was drawn. Seeds are too few to be drawn like that: two of three rounds would leave one
 * out, and no round would show a training worse than the worst. A round gives the seeds random weights instead. The
 * weighted mean is spread like Student's distribution for the mean of that many seeds. Groups and weights are the same
 * for every model, so differences are paired. The interval is the percentile interval of the weighted means (Efron and
 * Tibshirani 1993, ch. 13), for a difference that of the differences round by round.
 *
 * It answers: would other images of the same kind and other trainings say the same? Images of one group are never taken
 * for independent. With one seed, the spread between trainings is not in the interval at all.
 */
import { at } from '../../util/known.ts';
import { random, type RandomSource } from '../../util/random.ts';
import type { Metric, ScoredPredictions, SampleWeights } from './scored.ts';

export interface BootstrapOptions {
  readonly resamples: number;
  /** Share of the rounds inside the interval: 0.95. */
  readonly level: number;
  readonly seed: number;
}

export type ConfidenceInterval = readonly [low: number, high: number];

/** One metric's value in every round, NaN if a round's images do not define it. */
export type Replicates = Float64Array;

/** The draw of a round: the count of each group and the weight of each seed. Weights sum to 1 and may be negative. */
interface Draw {
  readonly groups: Int32Array;
  readonly seeds: Float64Array;
}

/**
 * Keyed by the options' seed and the round, hence independent of how many rounds or models there are.
 * @param groupsByClass the groups that have images of each class. A round that lacks a class gets one of its groups in
 * addition: without the class, the round would estimate another number, such as the mean recall of the other classes.
 */
export function drawResamples(
  groups: number,
  seeds: number,
  { resamples, seed }: BootstrapOptions,
  groupsByClass: readonly (readonly number[])[] = [],
): Draw[] {
  return Array.from({ length: resamples }, (_, round) => {
    const source = random('evaluation bootstrap', seed, round);
    const counts = drawCounts(groups, source);
    const weights = drawWeights(seeds, source);
    addLackingClasses(counts, groupsByClass, source);
    return { groups: counts, seeds: weights };
  });
}

/**
 * Every metric of one model in every round.
 * @param bySeed the test subset as each seed's network answered it, over the same images in the same order
 * @param groupOf [N], the group of each image, from 0
 */
export function replicatesOf(
  metrics: readonly Metric[],
  bySeed: readonly ScoredPredictions[],
  groupOf: Int32Array,
  draws: readonly Draw[],
): Replicates[] {
  const prepared = metrics.map((metric) => ({
    bySeed: bySeed.map((scored) => metric(scored)),
    replicates: new Float64Array(draws.length),
  }));
  const weights: SampleWeights = new Float64Array(groupOf.length);
  draws.forEach((draw, round) => {
    groupOf.forEach((group, image) => {
      weights[image] = draw.groups[group] ?? 0;
    });
    for (const { bySeed: metricBySeed, replicates } of prepared)
      replicates[round] = metricBySeed.reduce((sum, weigh, seed) => sum + at(draw.seeds, seed) * weigh(weights), 0);
  });
  return prepared.map(({ replicates }) => replicates);
}

/**
 * The interval over the rounds that define the metric, within its range; [NaN, NaN] if no round does. The quantile of a
 * share p of R rounds is the value of rank (R + 1) p, which is exact for any number of rounds (Davison and Hinkley 1997,
 * section 5.2.2).
 */
export function percentileInterval(
  rounds: Replicates,
  level: number,
  [lowest, highest]: ConfidenceInterval = [-Infinity, Infinity],
): ConfidenceInterval {
  const sorted = rounds.filter((value) => !Number.isNaN(value)).sort();
  const quantile = (share: number) => Math.max(lowest, Math.min(highest, quantileOf(sorted, share)));
  return [quantile((1 - level) / 2), quantile((1 + level) / 2)];
}

function quantileOf(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return NaN;
  const rank = Math.max(1, Math.min(sorted.length, (sorted.length + 1) * share));
  const below = at(sorted, Math.floor(rank) - 1);
  return below + (rank % 1) * (at(sorted, Math.ceil(rank) - 1) - below);
}

export function pairedDifference(a: Replicates, b: Replicates): Replicates {
  return a.map((value, round) => value - at(b, round));
}

function drawCounts(count: number, source: RandomSource): Int32Array {
  const counts = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const drawn = source.integer(count);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  return counts;
}

function addLackingClasses(
  counts: Int32Array,
  groupsByClass: readonly (readonly number[])[],
  source: RandomSource,
): void {
  for (const groups of groupsByClass) {
    if (groups.length === 0 || groups.some((group) => at(counts, group) > 0)) continue;
    const added = at(groups, source.integer(groups.length));
    counts[added] = 1;
  }
}

/**
 * The weighted mean of values m with mean M and sample standard deviation s is M + t s / sqrt(S), where t is a draw
 * from Student's distribution with S - 1 degrees of freedom.
 */
function drawWeights(count: number, source: RandomSource): Float64Array {
  if (count === 1) return Float64Array.of(1);
  const normals = Float64Array.from({ length: count }, () => source.normal());
  const center = normals.reduce((a, b) => a + b) / count;
  const degrees = count - 1;
  let squares = 0;
  for (let i = 0; i < degrees; i++) squares += source.normal() ** 2;
  const scale = 1 / Math.sqrt(count * degrees) / Math.sqrt(squares / degrees);
  return normals.map((normal) => 1 / count + scale * (normal - center));
}
