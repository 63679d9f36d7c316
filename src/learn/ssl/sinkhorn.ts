/**
 * Equal shares: M. Cuturi, "Sinkhorn Distances", NIPS 2013, with the few iterations that SwAV takes (its section 3.1).
 */
import * as tf from '@tensorflow/tfjs-core';

/** "In practice ... 3 iterations". */
const ITERATIONS = 3;

/**
 * Assigns rows to columns so that every row is shared out whole (rows sum to 1) and every column gets about as much
 * (columns sum to about rows / columns), close to the `scores` [B, K]; the smaller `epsilon`, the harder. Rows of which
 * `counted` [B] is 0 take no part: their assignment is 0.
 */
export function sinkhorn(scores: tf.Tensor2D, epsilon: number, counted: tf.Tensor1D): tf.Tensor2D {
  const columns = scores.shape[1];
  const rows = tf.sum(counted);
  const present: tf.Tensor2D = tf.reshape(counted, [-1, 1]); // [B, 1]
  // exp(1 / 0.05) is beyond half of float32's digits: the largest score becomes 1.
  let shares: tf.Tensor2D = tf.mul(tf.exp(tf.div(tf.sub(scores, tf.max(scores)), epsilon)), present);
  for (let i = 0; i < ITERATIONS; i++) {
    shares = tf.div(shares, tf.mul(tf.sum(shares, 0, true), columns));
    // Absent rows are zeros: 1 keeps them so.
    shares = tf.div(shares, tf.mul(tf.add(tf.sum(shares, 1, true), tf.sub(1, present)), rows));
  }
  return tf.mul(shares, rows);
}
