/**
 * Statistics of the embeddings on the sphere, which the loss alone does not show. T. Wang and P. Isola, "Understanding
 * Contrastive Representation Learning through Alignment and Uniformity on the Hypersphere", ICML 2020, section 4.
 */
import * as tf from '@tensorflow/tfjs-core';

export type EmbeddingStats = Readonly<{
  /** Mean over dimensions of the standard deviation: 1 / sqrt(d) when spread evenly, 0 when collapsed to a point. */
  embeddingStd: tf.Scalar;
  /** The same as a share of 1 / sqrt(d). */
  relativeStd: tf.Scalar;
  /** Mean squared distance between siblings: 0 best. */
  alignment: tf.Scalar;
  /** Log of the mean of exp(-2 squared distance) over pairs of different images: 0 when collapsed, -4 at best. */
  uniformity: tf.Scalar;
  /** Over how many directions the embeddings spread evenly: 1 when collapsed to a line, at most d. */
  participationRatio: tf.Scalar;
}>;

/** `embeddings` [2N, d] of unit length, row i and row i + N a pair. */
export function embeddingStats(embeddings: tf.Tensor2D): EmbeddingStats {
  const [first, second] = tf.split(embeddings, 2) as [tf.Tensor2D, tf.Tensor2D];
  const images = first.shape[0];
  const distances = tf.sub(2, tf.mul(2, tf.matMul(first, first, false, true))); // squared, [N, N]
  const ofPairs = tf.mul(tf.exp(tf.mul(distances, -2)), tf.sub(1, tf.eye(images)));
  const embeddingStd: tf.Scalar = tf.mean(tf.sqrt(tf.moments(embeddings, 0).variance));
  return {
    embeddingStd,
    relativeStd: tf.mul(embeddingStd, Math.sqrt(embeddings.shape[1])),
    alignment: tf.mean(tf.sum(tf.squaredDifference(first, second), 1)),
    uniformity: tf.log(tf.div(tf.sum(ofPairs), Math.max(1, images * (images - 1)))),
    participationRatio: participationRatio(embeddings),
  };
}

/**
 * (sum of l)^2 / sum of l^2 over the eigenvalues l of the covariance. Both sums are at hand without a decomposition:
 * the trace of the Gram matrix of the centered rows, and the sum of its squared entries.
 */
function participationRatio(rows: tf.Tensor2D): tf.Scalar {
  const centered = tf.sub<tf.Tensor2D>(rows, tf.mean(rows, 0));
  const gram = tf.matMul(centered, centered, false, true);
  const trace = tf.sum(tf.square(centered));
  return tf.div(tf.square(trace), tf.add(tf.sum(tf.square(gram)), 1e-12));
}
