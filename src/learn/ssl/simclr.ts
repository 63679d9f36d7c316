/**
 * SimCLR: T. Chen, S. Kornblith, M. Norouzi, G. Hinton, "A Simple Framework for Contrastive Learning of Visual
 * Representations", ICML 2020 (arXiv 2002.05709). Two random views of every image go through one encoder f and one
 * projection head g; each view has to find its sibling among the 2N - 1 others of the batch.
 */
import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../../tensor/index.ts';
import { augment, type View } from '../augment/index.ts';
import { forward } from '../nn/forward.ts';
import { project } from '../nn/heads.ts';
import { update, type Memory, type Optimiser } from '../nn/optimiser.ts';
import type { ResNet } from '../nn/resnet.ts';
import { standardise } from '../nn/standardise.ts';
import type { Model } from '../nn/variables.ts';
import { geometry } from './geometry.ts';

interface SimclrSettings {
  readonly network: ResNet;
  readonly temperature: number;
  readonly optimiser: Optimiser;
}

type SimclrState<T> = Model<T> & { readonly memory: Memory<T> };

interface SimclrInputs {
  /** [N, S, S, 3], RGB in 0..255 */
  readonly images: tf.Tensor;
  /** How each image is seen, twice. */
  readonly first: View<tf.Tensor>;
  readonly second: View<tf.Tensor>;
  readonly rate: tf.Tensor;
}

/** One step of algorithm 1 of the paper. */
export function simclrStep({ network, temperature, optimiser }: SimclrSettings) {
  return ({ state, inputs }: { state: SimclrState<tf.Tensor>; inputs: SimclrInputs }) => {
    // "Draw two augmentation functions": row i and row i + N are views of one image.
    const images = inputs.images as tf.Tensor4D;
    const views = tf.concat([augment(images, inputs.first), augment(images, inputs.second)]); // [2N, S, S, 3]
    const { value, aux, gradients } = valueAndGrads((params) => {
      // Both views in one pass, so that batch normalisation sees them as one batch, as the authors' code does.
      const { features, stats } = forward(network, params, state.stats, standardise(views), { training: true }); // h = f(x)
      const embeddings = unitLength(project(params, features)); // z = g(h), [2N, 128]
      return { value: ntXent(embeddings, temperature), aux: { stats, embeddings } };
    }, state.params);
    const { params, memory } = update(optimiser, state.params, gradients, state.memory, inputs.rate);
    return { state: { params, stats: aux.stats, memory }, outputs: { loss: value, ...geometry(aux.embeddings) } };
  };
}

/**
 * The normalised temperature-scaled cross entropy (equation 1), averaged over all 2N views:
 *
 *     l(i, j) = -log( exp(s(i, j) / t) / sum over k != i of exp(s(i, k) / t) )
 *
 * with j the sibling of i and s the cosine. `embeddings` [2N, d] of unit length, row i and row i + N a pair. Equal
 * embeddings everywhere give ln(2N - 1). (The authors' code returns the sum of both views' means: twice this value.)
 */
export function ntXent(embeddings: tf.Tensor2D, temperature: number): tf.Scalar {
  const views = embeddings.shape[0];
  const itself = tf.eye(views);
  const similarities = tf.div(tf.matMul(embeddings, embeddings, false, true), temperature); // [2N, 2N]
  const others = tf.sub(similarities, tf.mul(itself, 1e9)); // k != i: a view is not its own negative
  const logShares = tf.logSoftmax(others);
  const siblings = swapHalves(itself); // 1 where the column is the row's sibling
  return tf.neg(tf.div(tf.sum(tf.mul(logShares, siblings)), views));
}

/** Rows scaled to length 1; a row of zeros stays one. */
export function unitLength(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(rows, tf.rsqrt(tf.add(tf.sum(tf.square(rows), 1, true), 1e-12)));
}

function swapHalves(square: tf.Tensor2D): tf.Tensor2D {
  const [first, second] = tf.split(square, 2) as [tf.Tensor2D, tf.Tensor2D];
  return tf.concat([second, first]);
}
