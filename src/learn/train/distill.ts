/**
 * Knowledge distillation: G. Hinton, O. Vinyals, J. Dean, "Distilling the Knowledge in a Neural Network", arXiv
 * 1503.02531. A student learns from the labels and from the predictions of a trained teacher.
 */
import * as tf from '@tensorflow/tfjs-core';
import { toTfjs, valueAndGrads } from '../../tensor/index.ts';
import { augment } from '../augment/index.ts';
import { resnetForward } from '../nn/forward.ts';
import { linearClassifier } from '../nn/heads.ts';
import { initialOptimizerState, optimizerStep } from '../nn/optimizer.ts';
import type { ResNet } from '../nn/resnet.ts';
import { normalize } from '../nn/normalize.ts';
import { accuracy, crossEntropy, oneHot } from './supervised.ts';
import type { TrainingStep, TrainingStepSettings, TrainingStepState } from './training-step.ts';
import type { HostModel } from './loop.ts';

interface Distillation {
  readonly teacher: { readonly network: ResNet; readonly model: HostModel };
  /** Softens both distributions; 4 is common, 1 leaves them as they are. */
  readonly temperature: number;
  /** The weight of the teacher's part; the labels have the rest. */
  readonly alpha: number;
}

/** The teacher's weights are constants of the step, and it normalizes by its running statistics: it does not learn. */
export function distillationStep(
  { teacher, temperature, alpha }: Distillation,
  { network, optimizer, classWeights }: TrainingStepSettings,
): TrainingStep<TrainingStepState> {
  return {
    initial: ({ params, stats }) => ({ params, stats, optimizerState: initialOptimizerState(optimizer, params) }),
    step: ({ state, inputs }) => {
      const images = normalize(augment(inputs.images as tf.Tensor4D, inputs.view));
      const labels = oneHot(inputs.labels, classWeights.length);
      const params = constants(teacher.model.params);
      const taught = linearClassifier(
        params,
        resnetForward(teacher.network, params, constants(teacher.model.stats), images, { training: false }).features,
      );

      const { value, aux, gradients } = valueAndGrads((own) => {
        const { features, stats } = resnetForward(network, own, state.stats, images, { training: true });
        const logits = linearClassifier(own, features);
        const divergence = softenedKlDivergence(taught, logits, temperature);
        const loss = tf.add<tf.Scalar>(
          tf.mul(crossEntropy(logits, labels, classWeights), 1 - alpha),
          tf.mul(divergence, alpha),
        );
        return { value: loss, aux: { stats, logits, divergence } };
      }, state.params);
      const next = optimizerStep(optimizer, state, gradients, inputs.learningRate);
      return {
        state: { ...next, stats: aux.stats },
        outputs: { loss: value, accuracy: accuracy(aux.logits, inputs.labels), divergence: aux.divergence },
      };
    },
  };
}

/**
 * T^2 KL(teacher || student) of distributions softened by T, summed over classes and averaged over rows; logits [B, C].
 * "Since the magnitudes of the gradients produced by the soft targets scale as 1/T^2 it is important to multiply them
 * by T^2" (section 2).
 */
export function softenedKlDivergence(teacher: tf.Tensor2D, student: tf.Tensor2D, temperature: number): tf.Scalar {
  const [wanted, found] = [teacher, student].map((logits) => tf.logSoftmax(tf.div(logits, temperature))) as [
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  return tf.mul(temperature ** 2, tf.mean(tf.sum(tf.mul(tf.exp(wanted), tf.sub(wanted, found)), 1)));
}

const constants = (variables: HostModel['params']): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(variables).map(([name, tensor]) => [name, toTfjs(tensor)]));
