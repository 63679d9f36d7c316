/**
 * SupCon: P. Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020 (arXiv 2004.11362). SimCLR with labels: all
 * views of all images of one class attract each other. It reads the labels of training images, as fine-tuning does.
 */
import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../../tensor/index.ts';
import { initialOptimizerState, optimizerStep } from '../nn/optimizer.ts';
import { initializeMlp, mlp } from '../nn/mlp.ts';
import { encode, preprocessViews } from './encode.ts';
import { embeddingStats } from './embedding-stats.ts';
import { logSoftmaxSimilarity } from './log-softmax-similarity.ts';
import type { SslMethod, PlainState } from './method.ts';
import { contrastiveHead } from './projection.ts';
import type { CommonSettings } from './settings.ts';
import { l2Normalize } from './l2-normalize.ts';
import { at, last } from '../../util/known.ts';

interface SupconSettings extends CommonSettings {
  readonly temperature: number;
}

export function supcon({ network, optimizer, augmentation, seed, temperature }: SupconSettings): SslMethod<PlainState> {
  const head = contrastiveHead(network);
  return {
    name: 'supcon',
    views: [augmentation, augmentation],
    width: last(head.widths),
    labeled: true,
    initial: (encoder) => {
      const params = { ...encoder.params, ...initializeMlp(head, ['supcon', seed]) };
      return { params, stats: encoder.stats, optimizerState: initialOptimizerState(optimizer, params) };
    },
    schedule: () => ({}),

    /** Section 3.1: "a multiviewed batch" of 2N, in one pass. */
    step: ({ state, inputs }) => {
      const views = tf.concat(preprocessViews(inputs.images, inputs.views)); // [2N, S, S, 3]
      if (inputs.labels === undefined) throw new Error('Internal error: SupCon was fed no labels.');
      const labels = tf.concat([inputs.labels, inputs.labels]) as tf.Tensor1D; // [2N]
      const { value, aux, gradients } = valueAndGrads((params) => {
        const { features, stats } = encode(network, { params, stats: state.stats }, [views]);
        const embeddings = l2Normalize(mlp(head, params, at(features, 0)));
        return { value: supConLoss(embeddings, labels, temperature), aux: { stats, embeddings } };
      }, state.params);
      const { params, optimizerState } = optimizerStep(optimizer, state, gradients, inputs.learningRate);
      return {
        state: { params, stats: aux.stats, optimizerState },
        outputs: { loss: value, ...embeddingStats(aux.embeddings) },
      };
    },
  };
}

/**
 * Equation 2, "L out", averaged over all views:
 *
 *     l(i) = -1 / |P(i)| * sum over p in P(i) of log( exp(s(i, p) / t) / sum over a != i of exp(s(i, a) / t) )
 *
 * with P(i) the other views of i's class. `embeddings` [2N, d] of unit length, `labels` [2N]. Every view has a sibling,
 * so no P(i) is empty; with unique labels this is SimCLR's loss. (The authors' code multiplies by t / 0.07.)
 */
export function supConLoss(embeddings: tf.Tensor2D, labels: tf.Tensor1D, temperature: number): tf.Scalar {
  const views = embeddings.shape[0];
  const alike = tf.cast(tf.equal(tf.reshape(labels, [views, 1]), tf.reshape(labels, [1, views])), 'float32');
  const positives = tf.mul(alike, tf.sub(1, tf.eye(views))); // [2N, 2N]
  const ofEach = tf.div(
    tf.sum(tf.mul(logSoftmaxSimilarity(embeddings, temperature), positives), 1),
    tf.sum(positives, 1),
  ); // [2N]
  return tf.neg(tf.mean(ofEach));
}
