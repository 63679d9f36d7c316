/** Supervised training: one step of a network with a linear classifier. */
import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../../tensor/index.ts';
import { augment } from '../augment/index.ts';
import { resnetForward } from '../nn/forward.ts';
import { linearClassifier } from '../nn/heads.ts';
import { initialOptimizerState, optimizerStep } from '../nn/optimizer.ts';
import { normalize } from '../nn/normalize.ts';
import type { TrainingStepSettings, TrainingStep, TrainingStepState } from './training-step.ts';

/** Augment, classify, and step down the gradient of the weighted cross entropy. */
export const supervisedStep = classifierStep((logits, labels, classWeights) => ({
  loss: crossEntropy(logits, oneHot(labels, classWeights.length), classWeights),
  accuracy: accuracy(logits, labels),
}));

/** From logits [B, classes], labels and the weights of the classes. */
type Scores = (
  logits: tf.Tensor2D,
  labels: tf.Tensor,
  classWeights: readonly number[],
) => { readonly loss: tf.Scalar; readonly accuracy: tf.Scalar };

/** A step down the gradient of the loss of a linear classifier on the network's features. */
export function classifierStep(scores: Scores): (settings: TrainingStepSettings) => TrainingStep<TrainingStepState> {
  return ({ network, optimizer, classWeights }) => ({
    initial: ({ params, stats }) => ({ params, stats, optimizerState: initialOptimizerState(optimizer, params) }),
    step: ({ state, inputs }) => {
      const images = normalize(augment(inputs.images as tf.Tensor4D, inputs.view));
      const { value, aux, gradients } = valueAndGrads((params) => {
        const { features, stats } = resnetForward(network, params, state.stats, images, { training: true });
        const { loss, accuracy } = scores(linearClassifier(params, features), inputs.labels, classWeights);
        return { value: loss, aux: { stats, accuracy } };
      }, state.params);
      const { params, optimizerState } = optimizerStep(optimizer, state, gradients, inputs.learningRate);
      return {
        state: { params, stats: aux.stats, optimizerState },
        outputs: { loss: value, accuracy: aux.accuracy },
      };
    },
  });
}

/** Class numbers [B] to [B, classes]. */
export const oneHot = (labels: tf.Tensor, classes: number): tf.Tensor2D =>
  tf.oneHot(labels, classes, 1, 0, 'float32') as tf.Tensor2D;

/**
 * Minus the log share of the right class, averaged with the weights of the classes: the sum of weight times loss over
 * the sum of weights, as PyTorch's. `labels` one-hot [B, C].
 */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor2D, classWeights: readonly number[]): tf.Scalar {
  const weighted = tf.mul(labels, tf.tensor1d([...classWeights])); // [B, C]
  return tf.neg(tf.div(tf.sum(tf.mul(weighted, tf.logSoftmax(logits))), tf.sum(weighted)));
}

/** The share of rows with the largest logit at their class. */
export const accuracy = (logits: tf.Tensor2D, labels: tf.Tensor): tf.Scalar =>
  tf.mean(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32'));

/** Inverse frequencies, scaled so that an image counts 1 on average. A class without images counts 0. */
export function balancedClassWeights(labels: readonly number[], classes: number): number[] {
  return inverseFrequencies(
    Array.from({ length: classes }, (_, name) => labels.filter((label) => label === name).length),
  );
}

/** Of classes with so many images or pixels each, scaled so that one of them counts 1 on average; 0 for none. */
export function inverseFrequencies(counts: readonly number[]): number[] {
  const present = counts.filter((count) => count > 0).length;
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count === 0 ? 0 : all / (present * count)));
}
