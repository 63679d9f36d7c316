/**
 * Classifiers on frozen features, each with one number that the validation subset chooses. The test subset is not seen
 * here.
 */
import { significant } from '../../util/number.ts';
import { unreachable } from '../../util/unreachable.ts';
import { macroAuc } from '../eval/auc.ts';
import { VOTE_TEMPERATURE } from '../ssl/knn-probe.ts';
import { nearestNeighbors, type LabeledFeatures, type Neighbors } from '../ssl/neighbors.ts';
import { fitLogistic, predictLogistic } from './logistic-regression.ts';
import { at, last } from '../../util/known.ts';

export const PROBE_KINDS = ['linear', 'knn'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/** Strong to weak. Each fit starts from the one before, which is near. */
const PENALTIES = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001];
const NEIGHBORHOODS = [1, 5, 10, 20, 50, 100, 200];

interface Candidate {
  readonly value: number;
  /** On the validation subset. */
  readonly auc: number;
  readonly loss: number;
}

export interface FeatureProbe {
  readonly kind: ProbeKind;
  /** The name of the parameter `value`. */
  readonly parameter: 'l2' | 'k';
  readonly candidates: readonly Candidate[];
  /** The value with the highest validation AUC; of equals the one with the lower loss. */
  readonly chosen: number;
  /** A limitation of the result, in words. */
  readonly warning: string | null;
  /** Features [n, width] to probabilities, row-major [n, classes]. */
  probabilities(features: Float32Array): Float64Array;
}

/** `validation` has at least two classes. */
export function fitFeatureProbe(
  kind: ProbeKind,
  training: LabeledFeatures,
  validation: LabeledFeatures,
  classes: number,
): FeatureProbe {
  switch (kind) {
    case 'linear':
      return linear(training, validation, classes);
    case 'knn':
      return knn(training, validation, classes);
    default:
      return unreachable(kind);
  }
}

function linear(training: LabeledFeatures, validation: LabeledFeatures, classes: number): FeatureProbe {
  const standardized = standardScaler(training);
  const data = { features: standardized(training.features), labels: training.labels, classes };
  const asked = standardized(validation.features);
  let weights: Float64Array | undefined;
  const fits = PENALTIES.map((l2) => {
    const fit = fitLogistic(data, l2, weights);
    weights = fit.weights;
    return { ...scored(l2, predictLogistic(fit.weights, asked, classes), validation, classes), ...fit };
  });
  const best = fits.reduce(better);
  const unfinished = fits.filter(({ converged }) => !converged).map(({ value }) => value);
  return {
    kind: 'linear',
    parameter: 'l2',
    candidates: fits.map(plain),
    chosen: best.value,
    warning:
      unfinished.length === 0
        ? null
        : `The linear classifier with the penalty ${unfinished.join(', ')} was still improving when its steps ran out.`,
    probabilities: (features) => predictLogistic(best.weights, standardized(features), classes),
  };
}

function knn(training: LabeledFeatures, validation: LabeledFeatures, classes: number): FeatureProbe {
  const sizes = NEIGHBORHOODS.filter((k) => k <= training.labels.length);
  const frequencies = Array.from(
    { length: classes },
    (_, k) => training.labels.filter((label) => label === k).length / training.labels.length,
  );
  const asked = nearestNeighbors(training, validation.features, last(sizes));
  const scores = sizes.map((k) => scored(k, knnProbabilities(asked, k, frequencies), validation, classes));
  const { value: chosen } = scores.reduce(better);
  return {
    kind: 'knn',
    parameter: 'k',
    candidates: scores,
    chosen,
    warning: null,
    probabilities: (features) => knnProbabilities(nearestNeighbors(training, features, chosen), chosen, frequencies),
  };
}

/**
 * Shares of the k nearest, weighted by exp(cosine / T). One more neighbor, at the distance of the farthest, votes with
 * the class frequencies of the training subset. Classes without a near image are therefore not impossible.
 */
export function knnProbabilities(asked: readonly Neighbors[], k: number, frequencies: readonly number[]): Float64Array {
  const probabilities = new Float64Array(asked.length * frequencies.length);
  asked.forEach(({ labels, cosines }, i) => {
    const own = probabilities.subarray(i * frequencies.length, (i + 1) * frequencies.length);
    const weights = cosines.slice(0, k).map((cosine) => Math.exp((cosine - at(cosines, 0)) / VOTE_TEMPERATURE));
    const farthest = last(weights);
    frequencies.forEach((frequency, label) => {
      own[label] = farthest * frequency;
    });
    weights.forEach((weight, n) => {
      const label = at(labels, n);
      own[label] = (own[label] ?? 0) + weight;
    });
    const sum = own.reduce((a, b) => a + b);
    own.forEach((weight, label) => {
      own[label] = weight / sum;
    });
  });
  return probabilities;
}

/** Every feature with mean 0 and standard deviation 1 over the training subset; a constant one only loses its mean. */
export function standardScaler({ features, labels }: LabeledFeatures): (features: Float32Array) => Float64Array {
  const width = features.length / labels.length;
  const means = new Float64Array(width);
  const deviations = new Float64Array(width);
  features.forEach((x, i) => {
    means[i % width] = (means[i % width] ?? 0) + x / labels.length;
  });
  features.forEach((x, i) => {
    deviations[i % width] = (deviations[i % width] ?? 0) + (x - (means[i % width] ?? 0)) ** 2 / labels.length;
  });
  return (given) =>
    Float64Array.from(given, (x, i) => (x - (means[i % width] ?? 0)) / (Math.sqrt(deviations[i % width] ?? 0) || 1));
}

function scored(value: number, probabilities: Float64Array, { labels }: LabeledFeatures, classes: number): Candidate {
  const loss =
    labels.reduce((sum, label, i) => sum - Math.log(probabilities[i * classes + label] ?? 0), 0) / labels.length;
  return {
    value,
    auc: significant(macroAuc(probabilities, Int32Array.from(labels), classes)),
    loss: significant(loss),
  };
}

function better<T extends Candidate>(best: T, other: T): T {
  return other.auc > best.auc || (other.auc === best.auc && other.loss < best.loss) ? other : best;
}

function plain({ value, auc, loss }: Candidate): Candidate {
  return { value, auc, loss };
}
