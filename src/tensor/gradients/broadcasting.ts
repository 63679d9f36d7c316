/** Gradients of operations on two tensors of different shapes: repeated values are summed. */
import * as tf from '@tensorflow/tfjs-core';
import { gradient, type Gradient, type GradientTable } from './config.ts';

/** Sums over the axes along which a tensor of `shape` was repeated. */
export function sumToShape(dy: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const axes = tf.backend_util.getReductionAxes([...shape], dy.shape);
  return tf.reshape(axes.length === 0 ? dy : tf.sum(dy, axes), [...shape]);
}

const binary = (
  gradients: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => { a: () => tf.Tensor; b: () => tf.Tensor },
): Gradient =>
  gradient(['a', 'b'], ({ a, b }, dy) => {
    const full = gradients(dy, a, b);
    return { a: () => sumToShape(full.a(), a.shape), b: () => sumToShape(full.b(), b.shape) };
  });

const where = (dy: tf.Tensor, truths: tf.Tensor): tf.Tensor => tf.mul(dy, tf.cast(truths, 'float32'));

export const BROADCAST_GRADIENTS: GradientTable = {
  // If both are equal, the first one gets the gradient.
  Maximum: binary((dy, a, b) => ({ a: () => where(dy, tf.greaterEqual(a, b)), b: () => where(dy, tf.less(a, b)) })),
  Minimum: binary((dy, a, b) => ({ a: () => where(dy, tf.lessEqual(a, b)), b: () => where(dy, tf.greater(a, b)) })),
  SquaredDifference: binary((dy, a, b) => ({
    a: () => tf.mul(dy, tf.mul(2, tf.sub(a, b))),
    b: () => tf.mul(dy, tf.mul(2, tf.sub(b, a))),
  })),
};
