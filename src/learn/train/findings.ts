/** Supervised training on findings: each has an output of its own, and labels that are not known teach nothing. */
import * as tf from '@tensorflow/tfjs-core';
import { classifierStep } from './supervised.ts';

/** Augment, answer for each finding, and step down the gradient of the mean binary cross entropy. */
export const findingsStep = classifierStep((logits, labels) => ({
  loss: findingCrossEntropy(logits, labels),
  accuracy: findingAccuracy(logits, labels),
}));

/**
 * The mean over known labels of log(1 + e^x) - y x, as PyTorch's `binary_cross_entropy_with_logits` with the known
 * labels as weights, divided by their number. 0 for a batch without a known label. `labels` [B, findings]: 1, 0, -1.
 */
export function findingCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor): tf.Scalar {
  const known = knownOf(labels);
  const present = tf.cast(tf.equal(labels, 1), 'float32');
  const losses = tf.sub(tf.softplus(logits), tf.mul(present, logits));
  return meanOf(losses, known);
}

/** The share of known labels on their side of one half. */
function findingAccuracy(logits: tf.Tensor2D, labels: tf.Tensor): tf.Scalar {
  const right = tf.equal(tf.cast(tf.greaterEqual(logits, 0), 'int32'), labels);
  return meanOf(tf.cast(right, 'float32'), knownOf(labels));
}

const knownOf = (labels: tf.Tensor): tf.Tensor => tf.cast(tf.notEqual(labels, -1), 'float32');

const meanOf = (values: tf.Tensor, known: tf.Tensor): tf.Scalar =>
  tf.div(tf.sum(tf.mul(values, known)), tf.maximum(tf.sum(known), 1));
