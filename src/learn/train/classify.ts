/** Supervised training: one step of a network with a linear classifier. */
import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../../tensor/index.ts';
import { augment, type View } from '../augment/index.ts';
import { forward } from '../nn/forward.ts';
import { classify } from '../nn/heads.ts';
import { update, type Memory, type Optimiser } from '../nn/optimiser.ts';
import type { ResNet } from '../nn/resnet.ts';
import { standardise } from '../nn/standardise.ts';
import type { Model } from '../nn/variables.ts';

interface ClassifierSettings {
  readonly network: ResNet;
  readonly optimiser: Optimiser;
  /** How much an image of each class counts; their number is the number of classes. */
  readonly classWeights: readonly number[];
}

type ClassifierState<T> = Model<T> & { readonly memory: Memory<T> };

interface ClassifierInputs {
  /** [B, S, S, 3], RGB in 0..255 */
  readonly images: tf.Tensor;
  readonly view: View<tf.Tensor>;
  /** [B], class numbers */
  readonly labels: tf.Tensor;
  readonly rate: tf.Tensor;
}

/** Augment, classify, and step down the gradient of the weighted cross entropy. */
export function classifierStep({ network, optimiser, classWeights }: ClassifierSettings) {
  return ({ state, inputs }: { state: ClassifierState<tf.Tensor>; inputs: ClassifierInputs }) => {
    const images = standardise(augment(inputs.images as tf.Tensor4D, inputs.view));
    const labels = tf.oneHot(inputs.labels, classWeights.length, 1, 0, 'float32') as tf.Tensor2D; // [B, C]
    const { value, aux, gradients } = valueAndGrads((params) => {
      const { features, stats } = forward(network, params, state.stats, images, { training: true });
      const logits = classify(params, features);
      return { value: crossEntropy(logits, labels, classWeights), aux: { stats, logits } };
    }, state.params);
    const { params, memory } = update(optimiser, state.params, gradients, state.memory, inputs.rate);
    const accuracy = tf.mean(tf.cast(tf.equal(tf.argMax(aux.logits, 1), inputs.labels), 'float32'));
    return { state: { params, stats: aux.stats, memory }, outputs: { loss: value, accuracy } };
  };
}

/**
 * Minus the log share of the right class, averaged with the weights of the classes: the sum of weight times loss over the
 * sum of weights, as PyTorch's. `labels` one-hot [B, C].
 */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor2D, classWeights: readonly number[]): tf.Scalar {
  const weighted = tf.mul(labels, tf.tensor1d([...classWeights])); // [B, C]
  return tf.neg(tf.div(tf.sum(tf.mul(weighted, tf.logSoftmax(logits))), tf.sum(weighted)));
}

/** Inverse frequencies, scaled so that an image counts 1 on average. A class without images counts 0. */
export function balancedWeights(labels: readonly number[], classes: number): number[] {
  const counts = Array.from({ length: classes }, (_, name) => labels.filter((label) => label === name).length);
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : labels.length / (present * count)));
}
