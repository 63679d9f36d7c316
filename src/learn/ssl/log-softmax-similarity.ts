import * as tf from '@tensorflow/tfjs-core';

/**
 * log( exp(s(i, k) / t) / sum over j != i of exp(s(i, j) / t) ), [rows, rows], with s the cosine similarity.
 * `embeddings` [rows, d] have unit length. The diagonal has no meaning.
 */
export function logSoftmaxSimilarity(embeddings: tf.Tensor2D, temperature: number): tf.Tensor2D {
  const similarities = tf.div(tf.matMul(embeddings, embeddings, false, true), temperature);
  return tf.logSoftmax(tf.sub(similarities, tf.mul(tf.eye(embeddings.shape[0]), 1e9))); // a row is not its own negative
}
