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
export const PENALTIES = [100, 30, 10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 3e-4, 1e-4];
export const NEIGHBORHOODS = [1, 5, 10, 20, 50, 100, 200];

export interface Candidate {
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
  /** The value with the lowest validation log loss. */
  readonly chosen: number;
  /** The validation AUC of that value. */
  readonly auc: number;
  /** Limitations of the result, in words. */
  readonly warnings: readonly string[];
  /** Features [n, width] to probabilities, row-major [n, classes]. */
  probabilities(features: Float32Array): Float64Array;
}

/** `validation` has at least two classes; `classWeights` has the weight of an image of each class. */
export function fitFeatureProbe(
  kind: ProbeKind,
  training: LabeledFeatures,
  validation: LabeledFeatures,
  classWeights: readonly number[],
): FeatureProbe {
  switch (kind) {
    case 'linear':
      return linear(training, validation, classWeights);
    case 'knn':
      return knn(training, validation, classWeights);
    default:
      return unreachable(kind);
  }
}

function linear(training: LabeledFeatures, validation: LabeledFeatures, classWeights: readonly number[]): FeatureProbe {
  const classes = classWeights.length;
  const standardized = standardScaler(training);
  const data = { features: standardized(training.features), labels: training.labels, classWeights };
  const asked = standardized(validation.features);
  let weights: Float64Array | undefined;
  const fits = PENALTIES.map((l2) => {
    const fit = fitLogistic(data, l2, weights);
    weights = fit.weights;
    return { ...scored(l2, predictLogistic(fit.weights, asked, classes), validation, classes), ...fit };
  });
  const best = fits.reduce(better);
  return {
    kind: 'linear',
    parameter: 'l2',
    candidates: fits.map(plain),
    chosen: best.value,
    auc: best.auc,
    warnings: [...unfinishedWarning(fits), ...endWarning(best)],
    probabilities: (features) => predictLogistic(best.weights, standardized(features), classes),
  };
}

function knn(training: LabeledFeatures, validation: LabeledFeatures, classWeights: readonly number[]): FeatureProbe {
  const classes = classWeights.length;
  const sizes = NEIGHBORHOODS.filter((k) => k <= training.labels.length);
  const frequencies = Array.from(
    { length: classes },
    (_, k) => training.labels.filter((label) => label === k).length / training.labels.length,
  );
  const asked = nearestNeighbors(training, validation.features, last(sizes));
  const votes = (neighbors: readonly Neighbors[], k: number) =>
    weighted(knnProbabilities(neighbors, k, frequencies), classWeights);
  const scores = sizes.map((k) => scored(k, votes(asked, k), validation, classes));
  const { value: chosen, auc } = scores.reduce(better);
  return {
    kind: 'knn',
    parameter: 'k',
    candidates: scores,
    chosen,
    auc,
    warnings: [],
    probabilities: (features) => votes(nearestNeighbors(training, features, chosen), chosen),
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
    const farthest = weights.at(-1) ?? 1; // without neighbors, the frequencies vote alone
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

/** Shares [n, classes], each times the weight of its class, as shares again. */
function weighted(probabilities: Float64Array, classWeights: readonly number[]): Float64Array {
  const classes = classWeights.length;
  const result = probabilities.map((share, i) => share * at(classWeights, i % classes));
  for (let row = 0; row < result.length; row += classes) {
    const own = result.subarray(row, row + classes);
    const sum = own.reduce((a, b) => a + b);
    own.forEach((share, k) => (own[k] = share / sum));
  }
  return result;
}

/** Said of classifiers that needed more steps. */
export function unfinishedWarning(fits: readonly (Candidate & { readonly converged: boolean })[]): string[] {
  const unfinished = fits.filter(({ converged }) => !converged).map(({ value }) => value);
  if (unfinished.length === 0) return [];
  return [
    `The linear classifier with the penalty ${unfinished.join(', ')} was still improving when its steps ran out.`,
  ];
}

/** Said where the chosen penalty is an end of its list. */
export function endWarning({ value }: Pick<Candidate, 'value'>): string[] {
  if (value !== PENALTIES[0] && value !== last(PENALTIES)) return [];
  return [`The penalty ${value} was chosen, an end of the list ${PENALTIES.join(', ')}: one beyond it may be better.`];
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

export function better<T extends Candidate>(best: T, other: T): T {
  return other.loss < best.loss ? other : best;
}

function plain({ value, auc, loss }: Candidate): Candidate {
  return { value, auc, loss };
}
