/**
 * How the embeddings lie on the sphere: what the loss alone does not tell. T. Wang and P. Isola, "Understanding Contrastive
 * Representation Learning through Alignment and Uniformity on the Hypersphere", ICML 2020, section 4.
 */
import * as tf from '@tensorflow/tfjs-core';

type Geometry = Readonly<{
  /** Mean over dimensions of the standard deviation: 1 / sqrt(d) when spread evenly, 0 when collapsed to a point. */
  embeddingStd: tf.Scalar;
  /** Mean squared distance between siblings: 0 best. */
  alignment: tf.Scalar;
  /** Log of the mean of exp(-2 squared distance) over pairs of different images: 0 when collapsed, -4 at best. */
  uniformity: tf.Scalar;
}>;

/** `embeddings` [2N, d] of unit length, row i and row i + N a pair. */
export function geometry(embeddings: tf.Tensor2D): Geometry {
  const [first, second] = tf.split(embeddings, 2) as [tf.Tensor2D, tf.Tensor2D];
  const images = first.shape[0];
  const distances = tf.sub(2, tf.mul(2, tf.matMul(first, first, false, true))); // squared, [N, N]
  const ofPairs = tf.mul(tf.exp(tf.mul(distances, -2)), tf.sub(1, tf.eye(images)));
  return {
    embeddingStd: tf.mean(tf.sqrt(tf.moments(embeddings, 0).variance)),
    alignment: tf.mean(tf.sum(tf.squaredDifference(first, second), 1)),
    uniformity: tf.log(tf.div(tf.sum(ofPairs), Math.max(1, images * (images - 1)))),
  };
}
