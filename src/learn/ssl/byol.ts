/**
 * BYOL: J.-B. Grill et al., "Bootstrap Your Own Latent", NeurIPS 2020 (arXiv 2006.07733). An online network predicts a
 * target network's output for another view; the target is a moving average of the online one. No negatives.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { valueAndGrads } from '../../tensor/index.ts';
import { emaUpdate, cosineMomentum } from '../nn/ema.ts';
import { initialOptimizerState, optimizerStep } from '../nn/optimizer.ts';
import { initializeMlp, mlp, type Mlp } from '../nn/mlp.ts';
import { resnetStructure } from '../nn/resnet.ts';
import type { Variables } from '../nn/variables.ts';
import { encode, preprocessViews } from './encode.ts';
import { embeddingStats } from './embedding-stats.ts';
import type { SslMethod, PlainState } from './method.ts';
import type { CommonSettings } from './settings.ts';
import { l2Normalize } from './l2-normalize.ts';
import { field } from '../../util/known.ts';

interface ByolSettings extends CommonSettings {
  /** The width of the hidden layers of projection and predictor; 4096 in the paper. */
  readonly hidden: number;
  /** The width of their outputs; 256 in the paper. */
  readonly width: number;
  /** The momentum of the target's average at the start; 0.996 in the paper, for 1000 epochs. */
  readonly momentum: number;
}

type ByolState = PlainState & { readonly target: Variables<HostTensor<'float32'>> };

export function byol(settings: ByolSettings): SslMethod<ByolState> {
  const { network, optimizer, augmentation, seed, width, momentum } = settings;
  const { projection, predictor } = headsOf(settings);
  return {
    name: 'byol',
    views: [augmentation, augmentation],
    width,
    labeled: false,
    initial: (encoder) => {
      const target = { ...encoder.params, ...initializeMlp(projection, ['byol', seed]) };
      const params = { ...target, ...initializeMlp(predictor, ['byol', seed]) };
      return { params, stats: encoder.stats, optimizerState: initialOptimizerState(optimizer, params), target };
    },
    schedule: ({ step, steps }) => ({ momentum: cosineMomentum(momentum, step, steps) }),

    /** Section 3.1. Each view is a batch of its own to batch normalization, in both networks. */
    step: ({ state, inputs }) => {
      const views = preprocessViews(inputs.images, inputs.views);
      const project = (params: Variables<tf.Tensor>, features: tf.Tensor2D[]) =>
        features.map((rows) => mlp(projection, params, rows)) as [tf.Tensor2D, tf.Tensor2D];
      // The target also normalizes by the batch: its running statistics would be unused.
      const wanted = project(
        state.target,
        encode(network, { params: state.target, stats: state.stats }, views).features,
      );

      const { value, aux, gradients } = valueAndGrads((params) => {
        const { features, stats } = encode(network, { params, stats: state.stats }, views);
        const projected = project(params, features);
        const [q1, q2] = projected.map((z) => mlp(predictor, params, z)) as [tf.Tensor2D, tf.Tensor2D];
        // "We symmetrize the loss ... by separately feeding v' to the online network and v to the target network."
        const loss = tf.add<tf.Scalar>(byolLoss(q1, wanted[1]), byolLoss(q2, wanted[0]));
        return { value: loss, aux: { stats, embeddings: l2Normalize(tf.concat(projected)) } };
      }, state.params);

      const { params, optimizerState } = optimizerStep(optimizer, state, gradients, inputs.learningRate);
      // Equation 1, after the optimizer's step.
      const target = emaUpdate(state.target, params, field(inputs.scheduled, 'momentum'));
      return {
        state: { params, stats: aux.stats, optimizerState, target },
        outputs: { loss: value, ...embeddingStats(aux.embeddings) },
      };
    },
  };
}

/**
 * "A linear layer with output size 4096 followed by batch normalization, rectified linear units (ReLU), and a final
 * linear layer with output dimension 256 ... the output of this MLP is not batch normalized"; the predictor likewise
 * (section 3.3).
 */
function headsOf({ network, hidden, width }: ByolSettings): Record<'projection' | 'predictor', Mlp> {
  const { features } = resnetStructure(network);
  return {
    projection: { name: 'projection', widths: [features, hidden, width], hidden: 'affine', output: 'none' },
    predictor: { name: 'predictor', widths: [width, hidden, width], hidden: 'affine', output: 'none' },
  };
}

/** Mean squared distance of rows scaled to length 1, 2 - 2 cos (equation 2): 0 if all agree, 4 at worst. */
export function byolLoss(predicted: tf.Tensor2D, wanted: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.sum(tf.squaredDifference(l2Normalize(predicted), l2Normalize(wanted)), 1));
}
