/**
 * BYOL: J.-B. Grill et al., "Bootstrap Your Own Latent", NeurIPS 2020 (arXiv 2006.07733). An online network predicts what
 * a target network makes of another view; the target is a moving average of the online one. No negatives.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { valueAndGrads } from '../../tensor/index.ts';
import { follow, risingMomentum } from '../nn/average.ts';
import { initialMemory, update } from '../nn/optimiser.ts';
import { initialisePerceptron, perceptron, type Perceptron } from '../nn/perceptron.ts';
import { structureOf } from '../nn/resnet.ts';
import type { Variables } from '../nn/variables.ts';
import { encode, seen } from './encode.ts';
import { geometry } from './geometry.ts';
import type { Method, PlainState } from './method.ts';
import type { CommonSettings } from './settings.ts';
import { unitLength } from './unit-length.ts';

interface ByolSettings extends CommonSettings {
  /** Of the hidden layers of projection and predictor; 4096 in the paper. */
  readonly hidden: number;
  /** Of what they put out; 256 in the paper. */
  readonly width: number;
  /** Of the target's average at the start; 0.996 in the paper, for 1000 epochs. */
  readonly momentum: number;
}

type ByolState = PlainState & { readonly target: Variables<HostTensor<'float32'>> };

export function byol({ network, optimiser, recipe, seed, hidden, width, momentum }: ByolSettings): Method<ByolState> {
  // "A linear layer with output size 4096 followed by batch normalization, rectified linear units (ReLU), and a final linear
  // layer with output dimension 256 ... the output of this MLP is not batch normalized"; the predictor likewise (section 3.3).
  const projection: Perceptron = {
    name: 'projection',
    widths: [structureOf(network).features, hidden, width],
    hidden: 'affine',
    output: 'none',
  };
  const predictor: Perceptron = { name: 'predictor', widths: [width, hidden, width], hidden: 'affine', output: 'none' };
  return {
    name: 'byol',
    views: [recipe, recipe],
    width,
    labelled: false,
    initial: (encoder) => {
      const target = { ...encoder.params, ...initialisePerceptron(projection, ['byol', seed]) };
      const params = { ...target, ...initialisePerceptron(predictor, ['byol', seed]) };
      return { params, stats: encoder.stats, memory: initialMemory(optimiser, params), target };
    },
    schedule: ({ step, steps }) => ({ momentum: risingMomentum(momentum, step, steps) }),

    /** Section 3.1. Each view is a batch of its own to batch normalisation, in both networks. */
    step: ({ state, inputs }) => {
      const views = seen(inputs.images, inputs.views);
      const project = (params: Variables<tf.Tensor>, features: tf.Tensor2D[]) =>
        features.map((rows) => perceptron(projection, params, rows)) as [tf.Tensor2D, tf.Tensor2D];
      // The target also normalises by the batch: its running statistics would be used by nobody.
      const wanted = project(
        state.target,
        encode(network, { params: state.target, stats: state.stats }, views).features,
      );

      const { value, aux, gradients } = valueAndGrads((params) => {
        const { features, stats } = encode(network, { params, stats: state.stats }, views);
        const projected = project(params, features);
        const [q1, q2] = projected.map((z) => perceptron(predictor, params, z)) as [tf.Tensor2D, tf.Tensor2D];
        // "We symmetrize the loss ... by separately feeding v' to the online network and v to the target network."
        const loss = tf.add<tf.Scalar>(regression(q1, wanted[1]), regression(q2, wanted[0]));
        return { value: loss, aux: { stats, embeddings: unitLength(tf.concat(projected)) } };
      }, state.params);

      const { params, memory } = update(optimiser, state.params, gradients, state.memory, inputs.rate);
      // Equation 1, after the optimiser's step.
      const target = follow(state.target, params, inputs.scheduled.momentum!);
      return {
        state: { params, stats: aux.stats, memory, target },
        outputs: { loss: value, ...geometry(aux.embeddings) },
      };
    },
  };
}

/** Mean squared distance of rows scaled to length 1, 2 - 2 cos (equation 2): 0 where all agree, 4 at worst. */
export function regression(predicted: tf.Tensor2D, wanted: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.sum(tf.squaredDifference(unitLength(predicted), unitLength(wanted)), 1));
}
