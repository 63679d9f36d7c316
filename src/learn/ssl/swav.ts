/**
 * SwAV: M. Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", NeurIPS 2020
 * (arXiv 2006.09882). Views are assigned to learned prototypes, equally many to each; every view has to predict the
 * assignment of another. Two whole views make the assignments, small crops only predict ("multi-crop").
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { stopGradient, valueAndGrads } from '../../tensor/index.ts';
import type { Augmentation } from '../augment/index.ts';
import { initialOptimizerState, optimizerStep } from '../nn/optimizer.ts';
import { initializeMlp, mlp, type Mlp } from '../nn/mlp.ts';
import { resnetStructure } from '../nn/resnet.ts';
import type { Model } from '../nn/variables.ts';
import { encode, halves, preprocessViews } from './encode.ts';
import { embeddingStats } from './embedding-stats.ts';
import type { SslMethod, PlainState } from './method.ts';
import { enqueueRows, randomQueue } from './queue.ts';
import type { CommonSettings } from './settings.ts';
import { sinkhorn } from './sinkhorn.ts';
import { l2Normalize } from './l2-normalize.ts';
import { at, field } from '../../util/known.ts';

interface SwavSettings extends CommonSettings {
  /** 3000 for the thousand classes of ImageNet; more than a batch and its queue can fill stay empty. */
  readonly prototypes: number;
  readonly temperature: number;
  /** The epsilon of the assignment: 0.05; try 0.03 if the loss stays at ln(prototypes). */
  readonly epsilon: number;
  /** The width of the projection's hidden layer; 2048 in the paper. */
  readonly hidden: number;
  readonly smallCrops: number;
  /** Past embeddings that the assignment takes in, for each of the two views; 0 for none. */
  readonly queue: number;
  /** Epochs before they do, beside those that fill the queue. */
  readonly queueFrom: number;
  /** Epochs with fixed prototypes. */
  readonly freeze: number;
}

type SwavState = PlainState & { readonly queue?: Readonly<Record<'first' | 'second', HostTensor<'float32'>>> };

const WIDTH = 128;
const PROTOTYPES = 'prototypes.weight';

export function swav(settings: SwavSettings): SslMethod<SwavState> {
  const { network, optimizer, augmentation, batchSize, temperature, epsilon, smallCrops } = settings;
  const projection: Mlp = {
    name: 'projection',
    widths: [resnetStructure(network).features, settings.hidden, WIDTH],
    hidden: 'affine',
    output: 'none',
  };
  return {
    name: 'swav',
    views: [whole(augmentation), whole(augmentation), ...Array<Augmentation>(smallCrops).fill(small(augmentation))],
    width: WIDTH,
    labeled: false,
    initial: (encoder) => initialState(encoder, projection, settings),
    schedule: ({ step, stepsPerEpoch }) => {
      const starting = step < settings.queueFrom * stepsPerEpoch || step * batchSize < settings.queue;
      return { moving: step < settings.freeze * stepsPerEpoch ? 0 : 1, queued: starting ? 0 : 1 };
    },

    /** Algorithm 1 of the paper's appendix. */
    step: ({ state, inputs }) => {
      const crops = preprocessViews(inputs.images, inputs.views);
      const images = at(crops, 0).shape[0];
      // One pass for each size.
      const sizes = [tf.concat(crops.slice(0, 2)), ...(smallCrops > 0 ? [tf.concat(crops.slice(2))] : [])];
      // Prototypes are directions, so the decay of their length in a step has no effect on the next.
      const normalized = { ...state.params, [PROTOTYPES]: l2Normalize(state.params[PROTOTYPES] as tf.Tensor2D) };

      const { value, aux, gradients } = valueAndGrads((params) => {
        const { features, stats } = encode(network, { params, stats: state.stats }, sizes);
        const embeddings = l2Normalize(mlp(projection, params, tf.concat(features))); // [crops * N, 128]
        const directions = params[PROTOTYPES];
        // [N, K] each
        const scores = tf.split<tf.Tensor2D>(tf.matMul(embeddings, directions, false, true), crops.length);
        const codes = (['first', 'second'] as const).map((which, i) => {
          const past: tf.Tensor2D | null =
            state.queue === undefined ? null : tf.matMul(state.queue[which], directions, false, true);
          return stopGradient(computeCodes(at(scores, i), past, field(inputs.scheduled, 'queued'), epsilon));
        });
        const assigning = tf.slice(embeddings, [0, 0], [2 * images, WIDTH]);
        return { value: swappedPrediction(scores, codes, temperature), aux: { stats, assigning } };
      }, normalized);

      const slopes = { ...gradients, [PROTOTYPES]: tf.mul(gradients[PROTOTYPES], field(inputs.scheduled, 'moving')) };
      const before = { ...state, params: normalized };
      const { params, optimizerState } = optimizerStep(optimizer, before, slopes, inputs.learningRate);
      const [first, second] = halves(aux.assigning);
      const queue = state.queue && {
        first: enqueueRows(state.queue.first as tf.Tensor2D, first),
        second: enqueueRows(state.queue.second as tf.Tensor2D, second),
      };
      return {
        state: { params, stats: aux.stats, optimizerState, ...(queue && { queue }) },
        outputs: { loss: value, ...embeddingStats(aux.assigning) },
      };
    },
  };
}

function initialState(
  encoder: Model<HostTensor<'float32'>>,
  projection: Mlp,
  { optimizer, seed, prototypes, queue: length }: SwavSettings,
): SwavState {
  const directions = randomQueue(prototypes, WIDTH, ['swav', seed, 'prototypes']);
  const params = { ...encoder.params, ...initializeMlp(projection, ['swav', seed]), [PROTOTYPES]: directions };
  const state = { params, stats: encoder.stats, optimizerState: initialOptimizerState(optimizer, params) };
  const empty = (which: string) => randomQueue(length, WIDTH, ['swav', seed, which]);
  return length === 0 ? state : { ...state, queue: { first: empty('first'), second: empty('second') } };
}

/** Shares of prototypes for `scores` [N, K]: equal over the batch and, once `queued` is 1, the past [Q, K] with it. */
export function computeCodes(
  scores: tf.Tensor2D,
  past: tf.Tensor2D | null,
  queued: tf.Tensor,
  epsilon: number,
): tf.Tensor2D {
  const images = scores.shape[0];
  const own: tf.Tensor1D = tf.ones([images]);
  if (past === null) return sinkhorn(scores, epsilon, own);
  const counted = tf.concat([own, tf.mul<tf.Tensor1D>(tf.ones([past.shape[0]]), queued)]);
  return tf.slice(sinkhorn(tf.concat([scores, past]), epsilon, counted), [0, 0], [images, scores.shape[1]]);
}

/**
 * Equations 1 and 2 over several crops (equation 6): the cross entropy between the code of each assigning view i and
 * the prediction of every other crop v, averaged over v, then over i. Predictions that know nothing cost
 * ln(prototypes).
 */
export function swappedPrediction(
  scores: readonly tf.Tensor2D[],
  codes: readonly tf.Tensor2D[],
  temperature: number,
): tf.Scalar {
  const predictions = scores.map((ofCrop) => tf.logSoftmax(tf.div(ofCrop, temperature)));
  const terms = codes.flatMap((code, i) =>
    predictions.filter((_, v) => v !== i).map((prediction) => tf.mean(tf.sum(tf.mul(code, prediction), 1))),
  );
  return tf.neg(tf.div(tf.addN(terms), terms.length));
}

/**
 * Shares of the area: "0.14 to 1" for whole views, "0.05 to 0.14" for small crops, of 96 px where whole ones have 224
 * (appendix A).
 */
const whole = (augmentation: Augmentation): Augmentation => ({ ...augmentation, crop: [0.14, 1] });
const small = (augmentation: Augmentation): Augmentation => ({
  ...augmentation,
  crop: [0.05, 0.14],
  size: 2 * Math.round((augmentation.size * 48) / 224),
});
