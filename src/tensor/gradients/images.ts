/** Gradients of operations on images [N, H, W, C]. */
import * as tf from '@tensorflow/tfjs-core';
import { applyAlongAxis, type LinearMap } from '../along-axis.ts';
import { imageSides } from '../graph/sides.ts';
import { bilinearMap, gradientOfResize, nearestMap, type Interpolation, type ResizeAttributes } from '../resizing.ts';
import { gradient, type Gradient, type GradientTable } from './config.ts';

const resizing = (interpolation: Interpolation): Gradient =>
  gradient(['images'], ({ images }, dy, attributes: ResizeAttributes) => ({
    images: () => gradientOfResize(dy, images.shape, interpolation, attributes),
  }));

/** Sums over the neighbouring channels, `radius` to either side. */
export function sumOverNeighborChannels(x: tf.Tensor, radius: number): tf.Tensor {
  const { channels } = imageSides(x.shape);
  const band: LinearMap = {
    sources: channels,
    rows: Array.from({ length: channels }, (_, at) =>
      Array.from({ length: channels }, (__, i) => [i, 1] as const).filter(([i]) => Math.abs(i - at) <= radius),
    ),
  };
  return applyAlongAxis(x, 3, band);
}

export interface LocalResponseAttributes {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/** y = x n^-beta with n = bias + alpha * (sum of squares of neighbours). */
const localResponseNormalization = gradient(['x'], ({ x }, dy, attributes: LocalResponseAttributes) => {
  const { depthRadius, bias, alpha, beta } = attributes;
  return {
    x: () => {
      const norm = tf.add(tf.mul(sumOverNeighborChannels(tf.square(x), depthRadius), alpha), bias);
      const pulled = sumOverNeighborChannels(tf.mul(tf.mul(dy, x), tf.pow(norm, -beta - 1)), depthRadius);
      return tf.sub(tf.mul(dy, tf.pow(norm, -beta)), tf.mul(tf.mul(x, pulled), 2 * alpha * beta));
    },
  };
});

/** [N, H b, W b, C] to [N, H, W, b b C] */
const depthToSpace = gradient(['x'], ({ x }, dy, { blockSize: block }: { readonly blockSize: number }) => ({
  x: () => {
    const { batch, height, width, channels } = imageSides(x.shape);
    const parts = tf.reshape(dy, [batch, height, block, width, block, channels / block ** 2]);
    return tf.reshape(tf.transpose(parts, [0, 1, 3, 2, 4, 5]), x.shape);
  },
}));

export const IMAGE_GRADIENTS: GradientTable = {
  ResizeBilinear: resizing(bilinearMap),
  ResizeNearestNeighbor: resizing(nearestMap),
  LRN: localResponseNormalization,
  DepthToSpace: depthToSpace,
};
