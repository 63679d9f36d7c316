/**
 * SimCLR: T. Chen, S. Kornblith, M. Norouzi, G. Hinton, "A Simple Framework for Contrastive Learning of Visual
 * Representations", ICML 2020 (arXiv 2002.05709). Two random views of every image go through one encoder f and one
 * projection head g; each view has to find its sibling among the 2N - 1 others of the batch.
 */
import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../../tensor/index.ts';
import { initialOptimizerState, optimizerStep } from '../nn/optimizer.ts';
import { initializeMlp, mlp } from '../nn/mlp.ts';
import { encode, halves, preprocessViews } from './encode.ts';
import { embeddingStats } from './embedding-stats.ts';
import { logSoftmaxSimilarity } from './log-softmax-similarity.ts';
import type { SslMethod, PlainState } from './method.ts';
import { contrastiveHead } from './projection.ts';
import type { CommonSettings } from './settings.ts';
import { l2Normalize } from './l2-normalize.ts';
import { at, last } from '../../util/known.ts';

interface SimclrSettings extends CommonSettings {
  readonly temperature: number;
}

export function simclr({ network, optimizer, augmentation, seed, temperature }: SimclrSettings): SslMethod<PlainState> {
  const head = contrastiveHead(network);
  return {
    name: 'simclr',
    views: [augmentation, augmentation],
    width: last(head.widths),
    labeled: false,
    initial: (encoder) => {
      const params = { ...encoder.params, ...initializeMlp(head, ['simclr', seed]) };
      return { params, stats: encoder.stats, optimizerState: initialOptimizerState(optimizer, params) };
    },
    schedule: () => ({}),

    /** Algorithm 1 of the paper. */
    step: ({ state, inputs }) => {
      // "Draw two augmentation functions": row i and row i + N are views of one image. Both in one pass, so that batch
      // normalization sees them as one batch, as in the authors' code.
      const views = tf.concat(preprocessViews(inputs.images, inputs.views)); // [2N, S, S, 3]
      const { value, aux, gradients } = valueAndGrads((params) => {
        const { features, stats } = encode(network, { params, stats: state.stats }, [views]); // h = f(x)
        const embeddings = l2Normalize(mlp(head, params, at(features, 0))); // z = g(h), [2N, 128]
        return { value: ntXent(embeddings, temperature), aux: { stats, embeddings } };
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
 * The normalized temperature-scaled cross entropy (equation 1), averaged over all 2N views:
 *
 *     l(i, j) = -log( exp(s(i, j) / t) / sum over k != i of exp(s(i, k) / t) )
 *
 * with j the sibling of i and s the cosine. `embeddings` [2N, d] of unit length, row i and row i + N a pair. Equal
 * embeddings everywhere give ln(2N - 1). (The authors' code returns the sum of both views' means: twice this value.)
 */
export function ntXent(embeddings: tf.Tensor2D, temperature: number): tf.Scalar {
  const views = embeddings.shape[0];
  const [first, second] = halves(tf.eye(views));
  const siblings = tf.concat([second, first]); // [2N, 2N], 1 if the column is the row's sibling
  return tf.neg(tf.div(tf.sum(tf.mul(logSoftmaxSimilarity(embeddings, temperature), siblings)), views));
}
