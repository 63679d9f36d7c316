/**
 * MoCo v2: K. He et al., "Momentum Contrast for Unsupervised Visual Representation Learning", CVPR 2020 (arXiv
 * 1911.05722), with the head, temperature and augmentation of X. Chen et al., arXiv 2003.04297. A query has to find its
 * key among those of past batches, which a slowly moving copy of the encoder made.
 *
 * The authors shuffle the keys among GPUs, so that a query and its key are not normalized with the same companions
 * (section 3.3). On one device this has no effect: the batch has the same statistics in any order.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { valueAndGrads } from '../../tensor/index.ts';
import { emaUpdate } from '../nn/ema.ts';
import { initialOptimizerState, optimizerStep } from '../nn/optimizer.ts';
import { initializeMlp, mlp } from '../nn/mlp.ts';
import type { Variables } from '../nn/variables.ts';
import { encode, preprocessViews } from './encode.ts';
import { embeddingStats } from './embedding-stats.ts';
import type { SslMethod, PlainState } from './method.ts';
import { contrastiveHead } from './projection.ts';
import { enqueueRows, randomQueue } from './queue.ts';
import type { CommonSettings } from './settings.ts';
import { l2Normalize } from './l2-normalize.ts';
import { at, last } from '../../util/known.ts';

interface MocoSettings extends CommonSettings {
  readonly temperature: number;
  /**
   * Keys in the queue: negatives of every query. 65536 in the paper; more than there are images makes them negatives of
   * themselves.
   */
  readonly queue: number;
  /** The momentum of the key encoder; 0.999 in the paper. */
  readonly momentum: number;
}

type MocoState = PlainState & {
  readonly keyEncoder: Variables<HostTensor<'float32'>>;
  readonly queue: HostTensor<'float32'>;
};

export function moco(settings: MocoSettings): SslMethod<MocoState> {
  const { network, optimizer, augmentation, seed, temperature, queue: length, momentum } = settings;
  const head = contrastiveHead(network);
  const embed = (params: Variables<tf.Tensor>, features: tf.Tensor2D) => l2Normalize(mlp(head, params, features));
  return {
    name: 'moco',
    views: [augmentation, augmentation],
    width: last(head.widths),
    labeled: false,
    initial: (encoder) => {
      const params = { ...encoder.params, ...initializeMlp(head, ['moco', seed]) };
      const queue = randomQueue(length, last(head.widths), ['moco', seed, 'queue']);
      return {
        params,
        stats: encoder.stats,
        optimizerState: initialOptimizerState(optimizer, params),
        keyEncoder: params,
        queue,
      };
    },
    schedule: () => ({}),

    /** Algorithm 1 of the paper; as in the authors' code, the key encoder moves before it is used. */
    step: ({ state, inputs }) => {
      const [ofQueries, ofKeys] = preprocessViews(inputs.images, inputs.views) as [tf.Tensor4D, tf.Tensor4D];
      const keyEncoder = emaUpdate(state.keyEncoder, state.params, tf.scalar(momentum)); // equation 2
      const encodedKeys = encode(network, { params: keyEncoder, stats: state.stats }, [ofKeys]);
      const keys = embed(keyEncoder, at(encodedKeys.features, 0)); // no gradient to keys

      const { value, aux, gradients } = valueAndGrads((params) => {
        const { features, stats } = encode(network, { params, stats: state.stats }, [ofQueries]);
        const queries = embed(params, at(features, 0));
        return { value: infoNce(queries, keys, state.queue as tf.Tensor2D, temperature), aux: { stats, queries } };
      }, state.params);

      const { params, optimizerState } = optimizerStep(optimizer, state, gradients, inputs.learningRate);
      return {
        state: {
          params,
          stats: aux.stats,
          optimizerState,
          keyEncoder,
          queue: enqueueRows(state.queue as tf.Tensor2D, keys),
        },
        outputs: { loss: value, ...embeddingStats(tf.concat([aux.queries, keys])) },
      };
    },
  };
}

/**
 * Equation 1: the cross entropy of finding the key [N, d] of each query [N, d] among it and the queue [K, d], all of
 * unit length. Embeddings in one point cost ln(K + 1).
 */
export function infoNce(queries: tf.Tensor2D, keys: tf.Tensor2D, queue: tf.Tensor2D, temperature: number): tf.Scalar {
  const positive: tf.Tensor2D = tf.sum(tf.mul(queries, keys), 1, true); // [N, 1]
  const negatives = tf.matMul(queries, queue, false, true); // [N, K]
  const shares = tf.logSoftmax(tf.div(tf.concat([positive, negatives], 1), temperature));
  return tf.neg(tf.mean(tf.slice(shares, [0, 0], [queries.shape[0], 1])));
}
