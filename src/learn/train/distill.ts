/**
 * Knowledge distillation: G. Hinton, O. Vinyals, J. Dean, "Distilling the Knowledge in a Neural Network", arXiv 1503.02531. A
 * student learns from the labels, and from what a trained teacher thinks of every class.
 */
import * as tf from '@tensorflow/tfjs-core';
import { toTfjs, valueAndGrads } from '../../tensor/index.ts';
import { augment } from '../augment/index.ts';
import { forward } from '../nn/forward.ts';
import { classify } from '../nn/heads.ts';
import { initialMemory, update } from '../nn/optimiser.ts';
import type { ResNet } from '../nn/resnet.ts';
import { standardise } from '../nn/standardise.ts';
import { accuracy, crossEntropy, oneHot } from './classify.ts';
import type { Learner, LearnerSettings, LearnerState } from './learner.ts';
import type { HostModel } from './loop.ts';

interface Distillation {
  readonly teacher: { readonly network: ResNet; readonly model: HostModel };
  /** Softens both distributions; 4 is common, 1 leaves them as they are. */
  readonly temperature: number;
  /** Of the teacher's part; the labels have the rest. */
  readonly alpha: number;
}

/** The teacher's weights are constants of the step, and it normalises by its running statistics: it does not learn. */
export function distilled(
  { teacher, temperature, alpha }: Distillation,
  { network, optimiser, classWeights }: LearnerSettings,
): Learner<LearnerState> {
  return {
    initial: ({ params, stats }) => ({ params, stats, memory: initialMemory(optimiser, params) }),
    step: ({ state, inputs }) => {
      const images = standardise(augment(inputs.images as tf.Tensor4D, inputs.view));
      const labels = oneHot(inputs.labels, classWeights.length);
      const params = constants(teacher.model.params);
      const taught = classify(
        params,
        forward(teacher.network, params, constants(teacher.model.stats), images, { training: false }).features,
      );

      const { value, aux, gradients } = valueAndGrads((own) => {
        const { features, stats } = forward(network, own, state.stats, images, { training: true });
        const logits = classify(own, features);
        const divergence = softDivergence(taught, logits, temperature);
        const loss = tf.add<tf.Scalar>(
          tf.mul(crossEntropy(logits, labels, classWeights), 1 - alpha),
          tf.mul(divergence, alpha),
        );
        return { value: loss, aux: { stats, logits, divergence } };
      }, state.params);
      const next = update(optimiser, state.params, gradients, state.memory, inputs.rate);
      return {
        state: { ...next, stats: aux.stats },
        outputs: { loss: value, accuracy: accuracy(aux.logits, inputs.labels), divergence: aux.divergence },
      };
    },
  };
}

/**
 * T^2 KL(teacher || student) of distributions softened by T, summed over classes and averaged over rows; logits [B, C]. "Since the
 * magnitudes of the gradients produced by the soft targets scale as 1/T^2 it is important to multiply them by T^2" (section 2).
 */
export function softDivergence(teacher: tf.Tensor2D, student: tf.Tensor2D, temperature: number): tf.Scalar {
  const [wanted, found] = [teacher, student].map((logits) => tf.logSoftmax(tf.div(logits, temperature))) as [
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  return tf.mul(temperature ** 2, tf.mean(tf.sum(tf.mul(tf.exp(wanted), tf.sub(wanted, found)), 1)));
}

const constants = (variables: HostModel['params']): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(variables).map(([name, tensor]) => [name, toTfjs(tensor)]));
