/**
 * Batch normalization in training as one kernel with a gradient kernel of its own, so that engines can do it whole.
 * S. Ioffe and C. Szegedy, "Batch Normalization", ICML 2015, algorithm 1. Eager backends compose it.
 */
import * as tf from '@tensorflow/tfjs-core';
import { sideAt } from './graph/sides.ts';

const FORWARD = 'BatchNormTraining';
const BACKWARD = 'BatchNormTrainingGrad';

export interface BatchNorm<T extends tf.Tensor> {
  readonly y: T;
  /** [C], of this batch. Carries no gradient. */
  readonly mean: tf.Tensor1D;
  /** [C], biased: the batch was normalized by it. Carries no gradient. */
  readonly variance: tf.Tensor1D;
}

/**
 * Normalizes every channel of `x` [..., C] by the mean and the biased variance of the batch; `scale` and `offset` [C].
 */
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
  const count = x.size / sideAt(x.shape, -1);
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const normalized = tf.mul(tf.sub(x, mean), inverse);
  const dOffset = tf.sum(dy, batchAxes(x));
  const dScale = tf.sum(tf.mul(dy, normalized), batchAxes(x));
  const centered = tf.sub(tf.sub(dy, tf.div(dOffset, count)), tf.mul(normalized, tf.div(dScale, count)));
  return [tf.mul(centered, tf.mul(scale, inverse)), dScale, dOffset];
}

/** tfjs passes the inputs by the names under which `batchNormTraining` and the gradient give them. */
function registerOnCpu<N extends string>(
  kernelName: string,
  compute: (inputs: Readonly<Record<N, tf.Tensor>>, epsilon: number) => tf.Tensor[],
): void {
  tf.registerKernel({
    kernelName,
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs }) => {
      const { epsilon } = attrs as { epsilon: number };
      return tf.tidy(() => compute(inputs as Record<N, tf.Tensor>, epsilon));
    },
  });
}

registerOnCpu<'x' | 'scale' | 'offset'>(FORWARD, ({ x, scale, offset }, epsilon) => forward(x, scale, offset, epsilon));
registerOnCpu<'dy' | 'x' | 'scale' | 'mean' | 'variance'>(BACKWARD, ({ dy, x, scale, mean, variance }, epsilon) =>
  backward(dy, x, scale, mean, variance, epsilon),
);

tf.registerGradient({
  kernelName: FORWARD,
  inputsToSave: ['x', 'scale'],
  outputsToSave: [false, true, true],
  gradFunc: (dys, saved, attrs) => {
    // At once: each of the three functions below runs in a tidy of its own, which would dispose the results of the
    // others.
    const [dy] = dys as [tf.Tensor];
    const [x, scale, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const inputs = { dy, x, scale, mean, variance };
    const gradients = tf.engine().runKernel<tf.Tensor[]>(BACKWARD, inputs, attrs);
    const [dx, dScale, dOffset] = gradients as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, scale: () => dScale, offset: () => dOffset };
  },
});
