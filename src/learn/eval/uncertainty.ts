/**
 * The uncertainty of a mean over seeds: other images and other trainings.
 *
 * Images and seeds are crossed: every network answers every image. The variance of the mean over S seeds has three
 * parts: that of images (common to all seeds) i, of seeds t / S, and of their interplay x / S. The bootstrap over
 * groups shows i + x / S; the variance s^2 between seeds is an estimate of t + x. Added up, x would count twice, so the
 * rounds of the bootstrap are scaled to i, the covariance of two seeds' rounds. This is the estimate of Obuchowski and
 * Rockette ("Hypothesis testing of diagnostic accuracy for multiple readers and multiple tests", 1995; S. Hillis, "A
 * comparison of denominator degrees of freedom methods for multiple observer ROC analysis", 2007), where readers are
 * seeds.
 *
 * s^2 is known with S - 1 degrees of freedom only, so rounds are widened to Student's distribution. Satterthwaite's
 * degrees of freedom of the whole variance, d = (i + s^2 / S)^2 / ((s^2 / S)^2 / (S - 1)), are too many where s is
 * small by chance: intervals of three seeds held the truth in 92 % of simulated studies. The geometric mean of d and S
 * - 1 gives 94 to 96 % for three and more seeds, whatever the share of the seeds in the variance.
 */
import { at } from '../../util/known.ts';
import { MOST_DEGREES, replicatesOf, type Replicates, type Resamples } from './bootstrap.ts';
import { influenceOfDifference, influencesOf, type Influence } from './influence.ts';
import { meanAndSd } from './mean-and-sd.ts';
import { uniformWeights, type Metric } from './scored.ts';

export interface Uncertainty {
  /** By seed: the value over all images. */
  readonly values: readonly number[];
  /** By seed: the value in every round. */
  readonly replicates: readonly Replicates[];
  readonly resamples: Resamples;
  /** The change of the mean without each group. */
  readonly influence: Influence;
}

/**
 * The uncertainty of every metric of one model.
 * @param bySeed the test subset as each seed's network answered it, over the same images in the same order
 * @param groupOf [N], the group of each image, from 0
 */
export function uncertaintiesOf<Scored>(
  metrics: readonly Metric<Scored>[],
  bySeed: readonly Scored[],
  groupOf: Int32Array,
  resamples: Resamples,
): Uncertainty[] {
  const replicates = replicatesOf(metrics, bySeed, groupOf, resamples);
  const influences = influencesOf(metrics, bySeed, groupOf);
  const weights = uniformWeights(groupOf.length);
  return metrics.map((metric, m) => ({
    values: bySeed.map((scored) => metric(scored)(weights)),
    replicates: at(replicates, m),
    resamples,
    influence: at(influences, m),
  }));
}

export function uncertaintyOfDifference(a: Uncertainty, b: Uncertainty): Uncertainty {
  return {
    values: a.values.map((value, seed) => value - at(b.values, seed)),
    replicates: a.replicates.map((own, seed) => own.map((value, round) => value - at(at(b.replicates, seed), round))),
    resamples: a.resamples,
    influence: influenceOfDifference(a.influence, b.influence),
  };
}

/** The mean over seeds as other images and trainings could have shown it; NaN in rounds that do not define it. */
export function roundsOf(value: Uncertainty): Replicates {
  const { values, replicates, resamples } = value;
  const seeds = values.length;
  const { mean, sd } = meanAndSd(values);
  const means = meansOf(replicates);
  const { ofImages } = varianceParts(value);
  const variance = varianceOf(means);
  const scale = variance > 0 ? Math.sqrt(ofImages / variance) : 0;
  const ofSeeds = seeds === 1 ? 0 : sd / Math.sqrt(seeds);
  const degrees = degreesOfFreedom(ofImages, ofSeeds ** 2, seeds - 1);
  return means.map(
    (round, r) => mean + (scale * (round - mean) + ofSeeds * at(resamples.normals, r)) * widthAt(resamples, r, degrees),
  );
}

/**
 * The variance of the mean by the choice of images (i), and that of one seed by the interplay of images and seeds (x).
 * One seed does not show the interplay: i is all of the variance then, and x is 0.
 */
export function varianceParts({ replicates, influence: { groups } }: Uncertainty) {
  const seeds = replicates.length;
  // n draws with replacement vary less than n images, by the factor (n - 1) / n.
  const factor = groups / Math.max(1, groups - 1);
  const ofMean = factor * varianceOf(meansOf(replicates));
  if (seeds === 1) return { ofImages: ofMean, ofInterplay: 0 };
  const ofSeeds = (factor * replicates.reduce((sum, own) => sum + varianceOf(own), 0)) / seeds;
  const covariance = Math.min(ofMean, Math.max(0, (seeds * ofMean - ofSeeds) / (seeds - 1)));
  return { ofImages: covariance, ofInterplay: Math.max(0, ofSeeds - covariance) };
}

/** `ofSeeds` is known with `degrees` degrees of freedom; infinite where it is 0. */
function degreesOfFreedom(ofImages: number, ofSeeds: number, degrees: number): number {
  if (!(ofSeeds > 0)) return Infinity;
  const satterthwaite = (ofImages + ofSeeds) ** 2 / (ofSeeds ** 2 / degrees);
  return Math.sqrt(satterthwaite * degrees);
}

/** Between whole degrees of freedom linear; beyond the greatest, the distance to 1 falls with their root. */
function widthAt({ widths }: Resamples, round: number, degrees: number): number {
  const width = (whole: number) => at(widths, round * MOST_DEGREES + whole - 1);
  if (degrees >= MOST_DEGREES) return 1 + (width(MOST_DEGREES) - 1) * Math.sqrt(MOST_DEGREES / degrees);
  const below = Math.floor(degrees);
  return width(below) + (degrees - below) * (width(below + 1) - width(below));
}

/** The mean over seeds in every round. */
function meansOf(replicates: readonly Replicates[]): Replicates {
  return Float64Array.from(
    at(replicates, 0),
    (_, round) => replicates.reduce((sum, own) => sum + at(own, round), 0) / replicates.length,
  );
}

/** Over the rounds that define the value. */
function varianceOf(rounds: Replicates): number {
  const values = rounds.filter((value) => !Number.isNaN(value));
  return meanAndSd(Array.from(values)).sd ** 2;
}
