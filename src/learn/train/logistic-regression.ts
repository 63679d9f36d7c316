/** Multinomial logistic regression with an L2 penalty on fixed features: a linear probe. */
import { lbfgs, type Objective } from './lbfgs.ts';

interface Labeled {
  /** Row-major [n, width]. */
  readonly features: Float64Array;
  /** [n], from 0 to classes - 1 */
  readonly labels: readonly number[];
  /** The weight of an image of each class; one for each class. */
  readonly classWeights: readonly number[];
}

interface LogisticFit {
  /** Row-major [classes, width + 1]: the weights of a class, then its bias. */
  readonly weights: Float64Array;
  readonly converged: boolean;
}

const TOLERANCE = 1e-6;
const STEPS = 1000;

/**
 * Minimizes mean cross entropy + l2 / 2 times the squared weights, biases free. With equal class weights this is
 * scikit-learn's `LogisticRegression` with C = 1 / (n l2). The mean is weighted: by the sum of the weights.
 * @param start weights of a fit nearby, to come from
 */
export function fitLogistic(data: Labeled, l2: number, start?: Float64Array): LogisticFit {
  const width = data.features.length / data.labels.length;
  const classes = data.classWeights.length;
  const { at, converged } = lbfgs(penalized(data, width, l2), start ?? new Float64Array(classes * (width + 1)), {
    tolerance: TOLERANCE,
    steps: STEPS,
  });
  return { weights: at, converged };
}

/** Row-major [n, classes]. */
export function predictLogistic(weights: Float64Array, features: Float64Array, classes: number): Float64Array {
  const width = weights.length / classes - 1;
  const count = features.length / width;
  const probabilities = new Float64Array(count * classes);
  for (let i = 0; i < count; i++)
    softmaxRow(weights, features, i, width, probabilities.subarray(i * classes, (i + 1) * classes));
  return probabilities;
}

function penalized({ features, labels, classWeights }: Labeled, width: number, l2: number): Objective {
  const classes = classWeights.length;
  const row = new Float64Array(classes);
  const weightOf = (label: number) => classWeights[label] ?? 0;
  const total = labels.reduce((sum, label) => sum + weightOf(label), 0);
  return (weights, gradient) => {
    let loss = 0;
    gradient.fill(0);
    labels.forEach((label, i) => {
      const share = weightOf(label) / total;
      loss += share * softmaxRow(weights, features, i, width, row, label);
      for (let k = 0; k < classes; k++) {
        const excess = share * ((row[k] ?? 0) - (k === label ? 1 : 0));
        const at = k * (width + 1);
        for (let d = 0; d < width; d++)
          gradient[at + d] = (gradient[at + d] ?? 0) + excess * (features[i * width + d] ?? 0);
        gradient[at + width] = (gradient[at + width] ?? 0) + excess;
      }
    });
    let squares = 0;
    for (let k = 0; k < classes; k++) {
      for (let d = 0; d < width; d++) {
        const at = k * (width + 1) + d;
        squares += (weights[at] ?? 0) ** 2;
        gradient[at] = (gradient[at] ?? 0) + l2 * (weights[at] ?? 0);
      }
    }
    return loss + (l2 / 2) * squares;
  };
}

/** Writes the probabilities of row i; returns the cross entropy of `label`. */
function softmaxRow(
  weights: Float64Array,
  features: Float64Array,
  i: number,
  width: number,
  into: Float64Array,
  label = 0,
): number {
  let most = -Infinity;
  for (let k = 0; k < into.length; k++) {
    const at = k * (width + 1);
    let logit = weights[at + width] ?? 0;
    for (let d = 0; d < width; d++) logit += (weights[at + d] ?? 0) * (features[i * width + d] ?? 0);
    into[k] = logit;
    most = Math.max(most, logit);
  }
  const own = into[label] ?? 0;
  let sum = 0;
  for (let k = 0; k < into.length; k++) sum += into[k] = Math.exp((into[k] ?? 0) - most);
  for (let k = 0; k < into.length; k++) into[k] = (into[k] ?? 0) / sum;
  return Math.log(sum) + most - own;
}
