/** Images to pooled features, read from top to bottom. */
import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from '../../tensor/index.ts';
import { resnetStructure, type ResNet, type ConvNorm } from './resnet.ts';
import type { Variables } from './variables.ts';

/** torchvision's: added to the variance before its root is taken. */
export const BATCH_NORM_EPSILON = 1e-5;
/** PyTorch's sense: the share of the new batch in the running statistics. */
const MOMENTUM = 0.1;

interface Features {
  /** [B, width of the last stage] */
  readonly features: tf.Tensor2D;
  /** Running statistics after this batch when training, as they were otherwise. */
  readonly stats: Variables<tf.Tensor>;
}

interface Manner {
  readonly training: boolean;
  /** Gets the activations [B, s, s, C] behind each block, and returns the input of the next block. */
  readonly behind?: (block: number, activations: tf.Tensor4D) => tf.Tensor4D;
}

/**
 * `images` [B, S, S, 3], standardized. In training, batch normalization uses the statistics of this batch and moves the
 * running ones; otherwise it uses the running ones.
 */
export function resnetForward(
  network: ResNet,
  params: Variables<tf.Tensor>,
  stats: Variables<tf.Tensor>,
  images: tf.Tensor4D,
  { training, behind = (_, activations) => activations }: Manner,
): Features {
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
  const apply = ({ convolution, norm, kernel, stride }: ConvNorm, x: tf.Tensor4D): tf.Tensor4D =>
    normalize(norm, tf.conv2d(x, params[`${convolution}.weight`] as tf.Tensor4D, stride, (kernel - 1) / 2));

  const { stem, pool, blocks } = resnetStructure(network);
  let x = tf.relu(apply(stem, images)); // [B, S/2, S/2, C], or [B, S, S, C] with the small stem
  if (pool) x = maxPool(x); // [B, S/4, S/4, C]
  for (const [block, { main, shortcut }] of blocks.entries()) {
    const past = shortcut ? apply(shortcut, x) : x;
    let y = apply(main[0], x);
    for (const unit of main.slice(1)) y = apply(unit, tf.relu(y));
    x = behind(block, tf.relu(tf.add(y, past)));
  }
  return { features: tf.mean(x, [1, 2]), stats: training ? moved : stats };
}

/**
 * 3x3, stride 2, one pixel of padding. Padding with zeros equals padding with -infinity here, because the input has
 * passed a ReLU.
 */
function maxPool(x: tf.Tensor4D): tf.Tensor4D {
  return tf.maxPool(
    tf.pad(x, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]),
    3,
    2,
    'valid',
  );
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
