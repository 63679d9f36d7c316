/**
 * SimSiam: X. Chen and K. He, "Exploring Simple Siamese Representation Learning", CVPR 2021 (arXiv 2011.10566). A
 * predictor h maps the projection of one view to that of the other, which is held constant. There are no negatives and
 * no second network. The constant ("stop-gradient") and the predictor prevent a collapse (sections 4.1 and 4.2).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { stopGradient, valueAndGrads } from '../../tensor/index.ts';
import { initialOptimizerState, optimizerStep, type OptimizerState } from '../nn/optimizer.ts';
import { initializeMlp, mlp, type Mlp } from '../nn/mlp.ts';
import { resnetStructure } from '../nn/resnet.ts';
import type { Variables } from '../nn/variables.ts';
import { encode, preprocessViews } from './encode.ts';
import { embeddingStats } from './embedding-stats.ts';
import type { SslMethod, MethodState } from './method.ts';
import type { CommonSettings } from './settings.ts';
import { l2Normalize } from './l2-normalize.ts';
import { field } from '../../util/known.ts';

interface SimsiamSettings extends CommonSettings {
  /** The width of the projection; 2048 in the paper. */
  readonly width: number;
  /** The width of the predictor's hidden layer: "a bottleneck structure", 512 in the paper. */
  readonly bottleneck: number;
  /** For the study of section 4.1 only: without, everything collapses. */
  readonly stopGradient: boolean;
}

type SimsiamState = MethodState & {
  readonly optimizerState: Readonly<Record<'encoder' | 'predictor', OptimizerState<HostTensor<'float32'>>>>;
};

export function simsiam(settings: SimsiamSettings): SslMethod<SimsiamState> {
  const { network, optimizer, augmentation, learningRate, seed } = settings;
  const { projection, predictor } = heads(settings);
  const target = settings.stopGradient ? stopGradient : (z: tf.Tensor2D) => z;
  return {
    name: 'simsiam',
    views: [augmentation, augmentation],
    width: settings.width,
    labeled: false,
    initial: (encoder) => {
      const key = ['simsiam', seed] as const;
      const projected = { ...encoder.params, ...initializeMlp(projection, key) };
      const predicting = initializeMlp(predictor, key);
      const optimizerState = {
        encoder: initialOptimizerState(optimizer, projected),
        predictor: initialOptimizerState(optimizer, predicting),
      };
      return { params: { ...projected, ...predicting }, stats: encoder.stats, optimizerState };
    },
    // "h with a constant lr ... produces slightly better results" (section 4.2).
    schedule: () => ({ predictorRate: learningRate }),

    /** Algorithm 1 of the paper. */
    step: ({ state, inputs }) => {
      const views = preprocessViews(inputs.images, inputs.views);
      const { value, aux, gradients } = valueAndGrads((params) => {
        // Each view is a batch of its own to batch normalization, as in the authors' code.
        const { features, stats } = encode(network, { params, stats: state.stats }, views);
        const [z1, z2] = features.map((rows) => mlp(projection, params, rows)) as [tf.Tensor2D, tf.Tensor2D];
        const [p1, p2] = [z1, z2].map((z) => mlp(predictor, params, z)) as [tf.Tensor2D, tf.Tensor2D];
        const loss = tf.mul(
          0.5,
          tf.add(negativeCosineSimilarity(p1, target(z2)), negativeCosineSimilarity(p2, target(z1))),
        ); // equation 4
        return { value: loss as tf.Scalar, aux: { stats, embeddings: l2Normalize(tf.concat([z1, z2])) } };
      }, state.params);

      const { own: encoder, rest: predicting } = parted(state.params, predictor.name);
      const slopes = parted(gradients, predictor.name);
      const head = { params: predicting, optimizerState: state.optimizerState.predictor };
      const a = optimizerStep(
        optimizer,
        { params: encoder, optimizerState: state.optimizerState.encoder },
        slopes.own,
        inputs.learningRate,
      );
      const b = optimizerStep(optimizer, head, slopes.rest, field(inputs.scheduled, 'predictorRate'));
      return {
        state: {
          params: { ...a.params, ...b.params },
          stats: aux.stats,
          optimizerState: { encoder: a.optimizerState, predictor: b.optimizerState },
        },
        outputs: { loss: value, ...embeddingStats(aux.embeddings) },
      };
    },
  };
}

/** Minus the mean cosine of rows (equation 1): -1 if all agree. */
export function negativeCosineSimilarity(predicted: tf.Tensor2D, wanted: tf.Tensor2D): tf.Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(l2Normalize(predicted), l2Normalize(wanted)), 1)));
}

/** "Baseline settings" of section 3. */
function heads({ network, width, bottleneck }: SimsiamSettings): Record<'projection' | 'predictor', Mlp> {
  return {
    // "BN applied to each fully-connected (fc) layer, including its output fc. Its output fc has no ReLU ... This MLP
    // has 3 layers." The last BN has no scale and offset in the authors' code.
    projection: {
      name: 'projection',
      widths: [resnetStructure(network).features, width, width, width],
      hidden: 'affine',
      output: 'plain',
    },
    // "BN applied to its hidden fc layers. Its output fc does not have BN (ablation in Sec. 4.4) or ReLU."
    predictor: { name: 'predictor', widths: [width, bottleneck, width], hidden: 'affine', output: 'none' },
  };
}

/** Tensors of one head, and the others. */
function parted(variables: Variables<tf.Tensor>, head: string): Record<'own' | 'rest', Variables<tf.Tensor>> {
  const entries = Object.entries(variables);
  const inHead = ([name]: [string, tf.Tensor]) => name.startsWith(`${head}.`);
  return {
    own: Object.fromEntries(entries.filter((entry) => !inHead(entry))),
    rest: Object.fromEntries(entries.filter(inHead)),
  };
}
