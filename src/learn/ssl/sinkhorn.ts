/**
 * Equal shares: M. Cuturi, "Sinkhorn Distances", NIPS 2013, with the few iterations that SwAV takes (its section 3.1).
 */
import * as tf from '@tensorflow/tfjs-core';

/** "In practice ... 3 iterations". */
const ITERATIONS = 3;
/** The logarithm of a share that counts as 0. */
const NOTHING = -1e9;

/**
 * Assigns rows to columns so that every row is shared out whole (rows sum to 1) and every column gets about as much
 * (columns sum to about rows / columns), close to the `scores` [B, K]; the smaller `epsilon`, the harder. Rows of which
 * `counted` [B] is 0 take no part: their assignment is 0.
 *
 * The iteration works with logarithms of shares: exp(score / epsilon) underflows in float32 for small epsilons.
 */
export function sinkhorn(scores: tf.Tensor2D, epsilon: number, counted: tf.Tensor1D): tf.Tensor2D {
  const present: tf.Tensor2D = tf.reshape(counted, [-1, 1]); // [B, 1]
  const absent: tf.Tensor2D = tf.mul(tf.sub(1, present), NOTHING);
  const onlyPresent = (logs: tf.Tensor2D): tf.Tensor2D => tf.add(tf.mul(logs, present), absent);
  // Columns get equal sums and rows the sum 1. Common factors of all columns cancel in the next step over rows.
  let logs = onlyPresent(tf.div(scores, epsilon));
  for (let i = 0; i < ITERATIONS; i++) {
    logs = onlyPresent(tf.sub(logs, tf.logSumExp(logs, 0, true)));
    logs = onlyPresent(tf.sub(logs, tf.logSumExp(logs, 1, true)));
  }
  return tf.mul(tf.exp(logs), present);
}
