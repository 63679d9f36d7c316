/** The unit of all networks: a convolution without bias and the batch normalization behind it. */
import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from '../../tensor/index.ts';
import type { ConvNorm } from './resnet.ts';
import type { Variables } from './variables.ts';

/** torchvision's: added to the variance before its root is taken. */
export const BATCH_NORM_EPSILON = 1e-5;
/** PyTorch's sense: the share of the new batch in the running statistics. */
const MOMENTUM = 0.1;

export interface ConvNormLayers {
  /** Convolves and normalizes images [B, s, s, C]. */
  readonly apply: (unit: ConvNorm, x: tf.Tensor4D) => tf.Tensor4D;
  /** Running statistics after this batch when training, as they were otherwise. */
  readonly stats: () => Variables<tf.Tensor>;
}

/**
 * The units of one forward pass. In training, batch normalization uses the statistics of this batch and moves the
 * running ones; otherwise it uses the running ones.
 */
export function convNormLayers(
  params: Variables<tf.Tensor>,
  stats: Variables<tf.Tensor>,
  training: boolean,
): ConvNormLayers {
  const moved: Record<string, tf.Tensor> = {};
  const normalize = (norm: string, x: tf.Tensor4D): tf.Tensor4D => {
    const [scale, offset] = [params[`${norm}.weight`] as tf.Tensor1D, params[`${norm}.bias`] as tf.Tensor1D];
    const [mean, variance] = [
      stats[`${norm}.running_mean`] as tf.Tensor1D,
      stats[`${norm}.running_var`] as tf.Tensor1D,
    ];
    if (!training) return normalizeBy(x, scale, offset, mean, variance);
    const batch = batchNormTraining(x, scale, offset, BATCH_NORM_EPSILON);
    moved[`${norm}.running_mean`] = moveTowards(mean, batch.mean);
    moved[`${norm}.running_var`] = moveTowards(variance, unbiased(batch.variance, x));
    return batch.y;
  };
  return {
    apply: ({ convolution, norm, kernel, stride }, x) =>
      normalize(norm, tf.conv2d(x, params[`${convolution}.weight`] as tf.Tensor4D, stride, (kernel - 1) / 2)),
    stats: () => (training ? moved : stats),
  };
}

function normalizeBy(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
): tf.Tensor4D {
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON))); // [C]
  return tf.add(tf.mul(x, factor), tf.sub(offset, tf.mul(mean, factor)));
}

const moveTowards = (running: tf.Tensor, batch: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(running, 1 - MOMENTUM), tf.mul(batch, MOMENTUM));

/** PyTorch normalizes by the biased variance of a batch and keeps the unbiased one. */
function unbiased(variance: tf.Tensor, x: tf.Tensor4D): tf.Tensor {
  const count = x.shape[0] * x.shape[1] * x.shape[2];
  return tf.mul(variance, count / Math.max(1, count - 1));
}
