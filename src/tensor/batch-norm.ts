/**
 * Batch normalisation in training as one kernel with a gradient kernel of its own, so that engines can do it whole.
 * S. Ioffe and C. Szegedy, "Batch Normalization", ICML 2015, algorithm 1. Eager backends compose it.
 */
import * as tf from '@tensorflow/tfjs-core';

const FORWARD = 'BatchNormTraining';
const BACKWARD = 'BatchNormTrainingGrad';

export interface BatchNorm<T extends tf.Tensor> {
  readonly y: T;
  /** [C], of this batch. Carries no gradient. */
  readonly mean: tf.Tensor1D;
  /** [C], biased: what the batch was normalised by. Carries no gradient. */
  readonly variance: tf.Tensor1D;
}

/** Normalises every channel of `x` [..., C] by the mean and the biased variance of the batch; `scale` and `offset` [C]. */
export function batchNormTraining<T extends tf.Tensor>(
  x: T,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  epsilon: number,
): BatchNorm<T> {
  const [y, mean, variance] = tf.engine().runKernel<tf.Tensor[]>(FORWARD, { x, scale, offset }, { epsilon });
  return { y: y as T, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}

/** All axes but the last. */
const batchAxes = ({ shape }: tf.Tensor): number[] => shape.slice(0, -1).map((_, i) => i);

function forward(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor, epsilon: number): tf.Tensor[] {
  const { mean, variance } = tf.moments(x, batchAxes(x));
  const y = tf.add(tf.mul(tf.sub(x, mean), tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)))), offset);
  return [y, mean, variance];
}

/**
 * Gradients of x, scale and offset. Sums are taken of centered values: sums of uncentered values cancel if |mean| >>
 * deviation.
 */
function backward(
  dy: tf.Tensor,
  x: tf.Tensor,
  scale: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  epsilon: number,
): tf.Tensor[] {
  const count = x.size / x.shape.at(-1)!;
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const normalised = tf.mul(tf.sub(x, mean), inverse);
  const dOffset = tf.sum(dy, batchAxes(x));
  const dScale = tf.sum(tf.mul(dy, normalised), batchAxes(x));
  const centred = tf.sub(tf.sub(dy, tf.div(dOffset, count)), tf.mul(normalised, tf.div(dScale, count)));
  return [tf.mul(centred, tf.mul(scale, inverse)), dScale, dOffset];
}

tf.registerKernel({
  kernelName: FORWARD,
  backendName: 'cpu',
  kernelFunc: ({ inputs, attrs }) => {
    const { x, scale, offset } = inputs as Record<string, tf.Tensor>;
    return tf.tidy(() => forward(x!, scale!, offset!, attrs!.epsilon as number));
  },
});

tf.registerKernel({
  kernelName: BACKWARD,
  backendName: 'cpu',
  kernelFunc: ({ inputs, attrs }) => {
    const { dy, x, scale, mean, variance } = inputs as Record<string, tf.Tensor>;
    return tf.tidy(() => backward(dy!, x!, scale!, mean!, variance!, attrs!.epsilon as number));
  },
});

tf.registerGradient({
  kernelName: FORWARD,
  inputsToSave: ['x', 'scale'],
  outputsToSave: [false, true, true],
  gradFunc: (dys, [x, scale, mean, variance], attrs) => {
    // At once, not within the three functions: each of those runs in a tidy of its own, which would dispose the other two.
    const [dy] = dys as tf.Tensor[];
    const [dx, dScale, dOffset] = tf
      .engine()
      .runKernel<tf.Tensor[]>(BACKWARD, { dy, x, scale, mean, variance } as unknown as tf.NamedTensorMap, attrs);
    return { x: () => dx!, scale: () => dScale!, offset: () => dOffset! };
  },
});
