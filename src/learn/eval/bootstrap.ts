/**
 * How sure can one be? A paired bootstrap over groups, with the spread of seeds added.
 *
 * Each of `resamples` rounds draws, with replacement, as many groups (lesions, patients) as the test set has; an image
 * counts as often as its group was drawn (Efron and Tibshirani 1993, ch. 13). Images of one group are never taken for
 * independent. The draw of a round is the same for all models, so differences are paired.
 *
 * Seeds are too few to be drawn like that: two of three rounds would leave one out. A round adds a normal value with
 * their spread instead: see uncertainty.ts.
 */
import { at } from '../../util/known.ts';
import { random, type RandomSource } from '../../util/random.ts';
import type { Metric, SampleWeights } from './scored.ts';

export interface BootstrapOptions {
  readonly resamples: number;
  /** Share of the rounds inside the interval: 0.95. */
  readonly level: number;
  readonly seed: number;
}

export type ConfidenceInterval = readonly [low: number, high: number];

/** One metric's value in every round, NaN if a round's images do not define it. */
export type Replicates = Float64Array;

/** The draws of all rounds. */
export interface Resamples {
  /** By round: the count of each group. */
  readonly groups: readonly Int32Array[];
  /** By round: a standard normal value, for the mean of seeds. */
  readonly normals: Float64Array;
  /**
   * [rounds, MOST_DEGREES]: for d = 1, 2, ... degrees of freedom, the root of d divided by a sum of d squared normal
   * values. A normal value times it has Student's distribution.
   */
  readonly widths: Float64Array;
}

export const MOST_DEGREES = 30;

/**
 * Keyed by the options' seed and the round, hence independent of how many rounds or models there are.
 * @param groupsByClass the groups that have images of each class. A round that lacks a class gets one of its groups in
 * addition: without the class, the round would estimate another number, such as the mean recall of the other classes.
 */
export function drawResamples(
  groups: number,
  { resamples, seed }: BootstrapOptions,
  groupsByClass: readonly (readonly number[])[] = [],
): Resamples {
  const normals = new Float64Array(resamples);
  const widths = new Float64Array(resamples * MOST_DEGREES);
  const counts = Array.from({ length: resamples }, (_, round) => {
    const source = random('evaluation bootstrap', seed, round);
    const drawn = drawCounts(groups, source);
    normals[round] = source.normal();
    drawWidths(widths.subarray(round * MOST_DEGREES, (round + 1) * MOST_DEGREES), source);
    addLackingClasses(drawn, groupsByClass, source);
    return drawn;
  });
  return { groups: counts, normals, widths };
}

/**
 * Every metric of one model: by metric and seed, the value in every round.
 * @param bySeed the test subset as each seed's network answered it, over the same images in the same order
 * @param groupOf [N], the group of each image, from 0
 */
export function replicatesOf<Scored>(
  metrics: readonly Metric<Scored>[],
  bySeed: readonly Scored[],
  groupOf: Int32Array,
  { groups }: Resamples,
): Replicates[][] {
  const prepared = metrics.map((metric) =>
    bySeed.map((scored) => ({ weigh: metric(scored), replicates: new Float64Array(groups.length) })),
  );
  const weights: SampleWeights = new Float64Array(groupOf.length);
  groups.forEach((counts, round) => {
    groupOf.forEach((group, image) => {
      weights[image] = counts[group] ?? 0;
    });
    for (const metric of prepared) for (const { weigh, replicates } of metric) replicates[round] = weigh(weights);
  });
  return prepared.map((metric) => metric.map(({ replicates }) => replicates));
}

/**
 * The interval over the rounds that define the metric, within its range; [NaN, NaN] if no round does. The quantile of a
 * share p of R rounds is the value of rank (R + 1) p, which is exact for any number of rounds (Davison and Hinkley
 * 1997, section 5.2.2).
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

function drawCounts(count: number, source: RandomSource): Int32Array {
  const counts = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const drawn = source.integer(count);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  return counts;
}

function drawWidths(widths: Float64Array, source: RandomSource): void {
  let squares = 0;
  for (let degrees = 1; degrees <= widths.length; degrees++) {
    squares += source.normal() ** 2;
    widths[degrees - 1] = Math.sqrt(degrees / squares);
  }
}

function addLackingClasses(
  counts: Int32Array,
  groupsByClass: readonly (readonly number[])[],
  source: RandomSource,
): void {
  for (const groups of groupsByClass) {
    if (groups.length === 0 || groups.some((group) => at(counts, group) > 0)) continue;
    counts[at(groups, source.integer(groups.length))] = 1;
  }
}
