/**
 * SupCon: P. Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020 (arXiv 2004.11362). SimCLR with labels: all views
 * of all images of one class attract each other. It reads the labels of training images, as fine-tuning does.
 */
import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../../tensor/index.ts';
import { initialMemory, update } from '../nn/optimiser.ts';
import { initialisePerceptron, perceptron } from '../nn/perceptron.ts';
import { encode, seen } from './encode.ts';
import { geometry } from './geometry.ts';
import { logShares } from './log-shares.ts';
import type { Method, PlainState } from './method.ts';
import { contrastiveHead } from './projection.ts';
import type { CommonSettings } from './settings.ts';
import { unitLength } from './unit-length.ts';

interface SupconSettings extends CommonSettings {
  readonly temperature: number;
}

export function supcon({ network, optimiser, recipe, seed, temperature }: SupconSettings): Method<PlainState> {
  const head = contrastiveHead(network);
  return {
    name: 'supcon',
    views: [recipe, recipe],
    width: head.widths.at(-1)!,
    labelled: true,
    initial: (encoder) => {
      const params = { ...encoder.params, ...initialisePerceptron(head, ['supcon', seed]) };
      return { params, stats: encoder.stats, memory: initialMemory(optimiser, params) };
    },
    schedule: () => ({}),

    /** Section 3.1: "a multiviewed batch" of 2N, in one pass. */
    step: ({ state, inputs }) => {
      const views = tf.concat(seen(inputs.images, inputs.views)); // [2N, S, S, 3]
      const labels = tf.concat([inputs.labels!, inputs.labels!]) as tf.Tensor1D; // [2N]
      const { value, aux, gradients } = valueAndGrads((params) => {
        const { features, stats } = encode(network, { params, stats: state.stats }, [views]);
        const embeddings = unitLength(perceptron(head, params, features[0]!));
        return { value: supervisedContrast(embeddings, labels, temperature), aux: { stats, embeddings } };
      }, state.params);
      const { params, memory } = update(optimiser, state.params, gradients, state.memory, inputs.rate);
      return { state: { params, stats: aux.stats, memory }, outputs: { loss: value, ...geometry(aux.embeddings) } };
    },
  };
}

/**
 * Equation 2, "L out", averaged over all views:
 *
 *     l(i) = -1 / |P(i)| * sum over p in P(i) of log( exp(s(i, p) / t) / sum over a != i of exp(s(i, a) / t) )
 *
 * with P(i) the other views of i's class. `embeddings` [2N, d] of unit length, `labels` [2N]. Every view has a sibling, so
 * no P(i) is empty; where every label is unique this is SimCLR's loss. (The authors' code multiplies by t / 0.07.)
 */
export function supervisedContrast(embeddings: tf.Tensor2D, labels: tf.Tensor1D, temperature: number): tf.Scalar {
  const views = embeddings.shape[0];
  const alike = tf.cast(tf.equal(tf.reshape(labels, [views, 1]), tf.reshape(labels, [1, views])), 'float32');
  const positives = tf.mul(alike, tf.sub(1, tf.eye(views))); // [2N, 2N]
  const ofEach = tf.div(tf.sum(tf.mul(logShares(embeddings, temperature), positives), 1), tf.sum(positives, 1)); // [2N]
  return tf.neg(tf.mean(ofEach));
}
