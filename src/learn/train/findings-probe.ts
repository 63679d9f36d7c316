/**
 * Classifiers on frozen features for findings: one for each, of the training images whose label is known. They share
 * one number, which the validation subset chooses. The test subset is not seen here.
 */
import { significant } from '../../util/number.ts';
import { at, last } from '../../util/known.ts';
import { unreachable } from '../../util/unreachable.ts';
import type { FindingStates } from '../dataset/findings.ts';
import { unweighted } from '../eval/estimates.ts';
import { findingAuc, findingLoss } from '../eval/findings/metrics.ts';
import { nearestNeighbors, type Neighbors } from '../ssl/neighbors.ts';
import {
  better,
  endWarning,
  knnProbabilities,
  NEIGHBORHOODS,
  PENALTIES,
  standardScaler,
  unfinishedWarning,
  type Candidate,
  type FeatureProbe,
  type ProbeKind,
} from './feature-probe.ts';
import { fitLogistic, predictLogistic } from './logistic-regression.ts';

interface FeaturesWithFindings {
  /** [n, width], row-major. */
  readonly features: Float32Array;
  /** [n] */
  readonly labels: readonly FindingStates[];
}

/** `validation` has images with and without one of the findings at least. */
export function fitFindingsProbe(
  kind: ProbeKind,
  training: FeaturesWithFindings,
  validation: FeaturesWithFindings,
): FeatureProbe {
  switch (kind) {
    case 'linear':
      return linear(training, validation);
    case 'knn':
      return knn(training, validation);
    default:
      return unreachable(kind);
  }
}

function linear(training: FeaturesWithFindings, validation: FeaturesWithFindings): FeatureProbe {
  const findings = at(training.labels, 0).length;
  const standardized = standardScaler({ features: training.features, labels: training.labels.map(() => 0) });
  const features = standardized(training.features);
  const asked = standardized(validation.features);
  const starts = new Map<number, Float64Array>();
  const fits = PENALTIES.map((l2) => {
    const models = Array.from({ length: findings }, (_, k) => fitFinding(features, training.labels, k, l2, starts));
    const probabilities = predictAll(models, asked);
    return { ...scored(l2, probabilities, validation), models, converged: models.every((model) => model.converged) };
  });
  const best = fits.reduce(better);
  return {
    kind: 'linear',
    parameter: 'l2',
    candidates: fits.map(({ value, auc, loss }) => ({ value, auc, loss })),
    chosen: best.value,
    auc: best.auc,
    warnings: [...unfinishedWarning(fits), ...endWarning(best)],
    probabilities: (given) => predictAll(best.models, standardized(given)),
  };
}

/** From standardized features [m, width] to the probability of one finding [m]. */
interface FindingModel {
  readonly converged: boolean;
  readonly predict: (features: Float64Array) => Float64Array;
}

/** `starts` holds the weights of the fit before, which is near. */
function fitFinding(
  features: Float64Array,
  labels: readonly FindingStates[],
  k: number,
  l2: number,
  starts: Map<number, Float64Array>,
): FindingModel {
  const width = features.length / labels.length;
  const known = labels.flatMap((states, row) => (states[k] === -1 ? [] : [row]));
  const states = known.map((row) => at(at(labels, row), k));
  const present = states.filter((state) => state === 1).length;
  if (present === 0 || present === known.length) {
    // Nothing tells the images apart: the share, with one image more on each side.
    const share = (present + 1) / (known.length + 2);
    return { converged: true, predict: (asked) => new Float64Array(asked.length / width).fill(share) };
  }
  const rows = Float64Array.from(known.flatMap((row) => [...features.subarray(row * width, (row + 1) * width)]));
  const { weights, converged } = fitLogistic(
    { features: rows, labels: states, classWeights: [1, 1] },
    l2,
    starts.get(k),
  );
  starts.set(k, weights);
  return { converged, predict: (asked) => predictLogistic(weights, asked, 2).filter((_, i) => i % 2 === 1) };
}

/** Row-major [m, findings]. */
function predictAll(models: readonly FindingModel[], features: Float64Array): Float64Array {
  return interleaved(models.map(({ predict }) => predict(features)));
}

function knn(training: FeaturesWithFindings, validation: FeaturesWithFindings): FeatureProbe {
  const findings = at(training.labels, 0).length;
  const sizes = NEIGHBORHOODS.filter((k) => k <= training.labels.length);
  // The labels of neighbors are rows of the training subset: one search serves all findings.
  const bank = { features: training.features, labels: training.labels.map((_, row) => row) };
  const shares = Array.from({ length: findings }, (_, k) => shareOf(training.labels, k));
  const votes = (neighbors: readonly Neighbors[], size: number) =>
    interleaved(
      shares.map((share, k) => {
        const voting = neighbors.map((own) => votersOf(own, training.labels, k, size));
        return knnProbabilities(voting, size, [1 - share, share]).filter((_, i) => i % 2 === 1);
      }),
    );
  const asked = nearestNeighbors(bank, validation.features, last(sizes));
  const candidates = sizes.map((size) => scored(size, votes(asked, size), validation));
  const { value: chosen, auc } = candidates.reduce(better);
  return {
    kind: 'knn',
    parameter: 'k',
    candidates,
    chosen,
    auc,
    warnings: [],
    probabilities: (features) => votes(nearestNeighbors(bank, features, chosen), chosen),
  };
}

/** The share of known labels that have a finding; one half without a known one. */
function shareOf(labels: readonly FindingStates[], k: number): number {
  const known = labels.filter((states) => states[k] !== -1);
  return known.length === 0 ? 0.5 : known.filter((states) => states[k] === 1).length / known.length;
}

/** The nearest `size` without those whose label is not known; the nearest of all gives the scale of the votes. */
function votersOf({ labels: rows, cosines }: Neighbors, labels: readonly FindingStates[], k: number, size: number) {
  const voters = rows.slice(0, size).flatMap((row, n) => {
    const state = at(at(labels, row), k);
    return state === -1 ? [] : [{ state, cosine: at(cosines, n) }];
  });
  return { labels: voters.map(({ state }) => state), cosines: voters.map(({ cosine }) => cosine) };
}

/** [m] of each finding to row-major [m, findings]. */
function interleaved(byFinding: readonly Float64Array[]): Float64Array {
  const rows = at(byFinding, 0).length;
  return Float64Array.from({ length: rows * byFinding.length }, (_, i) =>
    at(at(byFinding, i % byFinding.length), Math.floor(i / byFinding.length)),
  );
}

function scored(value: number, probabilities: Float64Array, { labels }: FeaturesWithFindings): Candidate {
  const answers = { classes: at(labels, 0).length, labels, probabilities };
  return {
    value,
    auc: significant(unweighted(findingAuc, answers)),
    loss: significant(unweighted(findingLoss, answers)),
  };
}
