import * as tf from '@tensorflow/tfjs-core';

/** Rows scaled to length 1; a row of zeros stays one. */
export function l2Normalize(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(rows, tf.rsqrt(tf.add(tf.sum(tf.square(rows), 1, true), 1e-12)));
}
