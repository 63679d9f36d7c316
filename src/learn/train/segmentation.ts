/** Supervised training of a U-Net: one step towards masks. */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, Replaced } from '../../tensor/host-tensor.ts';
import { valueAndGrads } from '../../tensor/index.ts';
import { augment, augmentMasks, type ViewParams } from '../augment/index.ts';
import { normalize } from '../nn/normalize.ts';
import { initialOptimizerState, optimizerStep } from '../nn/optimizer.ts';
import { unetForward } from '../nn/unet-forward.ts';
import type { HostModel } from './loop.ts';
import { crossEntropy, oneHot } from './supervised.ts';
import type { TrainingStepSettings, TrainingStepState } from './training-step.ts';

interface SegmentationInputs<T> {
  /** [B, S, S, 3], RGB in 0..255 */
  readonly images: T;
  readonly view: ViewParams<T>;
  /** [B, S, S], class numbers; 0 is the background */
  readonly masks: T;
  readonly learningRate: T;
}

export interface SegmentationStep {
  /** Everything that a step changes. */
  initial(unet: HostModel): TrainingStepState;
  /** One step of training: a pure function. Outputs are scalars. */
  readonly step: (args: {
    readonly state: Replaced<TrainingStepState, HostTensor<'float32'>, tf.Tensor>;
    readonly inputs: SegmentationInputs<tf.Tensor>;
  }) => {
    state: Replaced<TrainingStepState, HostTensor<'float32'>, tf.Tensor>;
    /** `dice` is the soft Dice coefficient of the batch: 1 where every pixel is right for certain. */
    outputs: Readonly<Record<'loss' | 'dice', tf.Scalar>>;
  };
}

/**
 * Augment images and masks by the same draws, segment, and step down the gradient of the weighted cross entropy plus
 * the soft Dice loss. One weight for each class, the background included.
 */
export function segmentationStep({ network, optimizer, classWeights }: TrainingStepSettings): SegmentationStep {
  const classes = classWeights.length;
  return {
    initial: ({ params, stats }) => ({ params, stats, optimizerState: initialOptimizerState(optimizer, params) }),
    step: ({ state, inputs }) => {
      const images = normalize(augment(inputs.images as tf.Tensor4D, inputs.view));
      const masks = augmentMasks(inputs.masks as tf.Tensor3D, inputs.view, classes);
      const { value, aux, gradients } = valueAndGrads((params) => {
        const { logits, stats } = unetForward(network, params, state.stats, images, true);
        const { loss, dice } = segmentationLoss(logits, masks, classWeights);
        return { value: loss, aux: { stats, dice } };
      }, state.params);
      const { params, optimizerState } = optimizerStep(optimizer, state, gradients, inputs.learningRate);
      return { state: { params, stats: aux.stats, optimizerState }, outputs: { loss: value, dice: aux.dice } };
    },
  };
}

interface SegmentationLoss {
  /** Weighted cross entropy plus one minus the soft Dice coefficient. */
  readonly loss: tf.Scalar;
  readonly dice: tf.Scalar;
}

/** Logits [B, S, S, classes], masks [B, S, S]; one weight for each class. */
export function segmentationLoss(
  logits: tf.Tensor4D,
  masks: tf.Tensor3D,
  classWeights: readonly number[],
): SegmentationLoss {
  const classes = classWeights.length;
  const pixels = tf.reshape<tf.Rank.R2>(logits, [-1, classes]);
  const labels = oneHot(tf.reshape(masks, [-1]), classes);
  const dice = softDice(pixels, labels);
  return { loss: tf.add<tf.Scalar>(crossEntropy(pixels, labels, classWeights), tf.sub(1, dice)), dice };
}

/** MONAI's: a class that neither mask nor prediction has counts 1, and no sum is divided by zero. */
const SMOOTHING = 1e-5;

/**
 * The mean over the classes of 2 sum(p y) / (sum(p) + sum(y)), the background left out; the sums go over all pixels of
 * the batch, so that an image without an object asks for none (F. Milletari et al., "V-Net", 3DV 2016, with the sums
 * of probabilities in the denominator). Logits and one-hot `labels` [P, C].
 */
function softDice(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Scalar {
  const objects = (x: tf.Tensor2D): tf.Tensor2D => tf.slice(x, [0, 1], [-1, -1]);
  const [found, wanted] = [objects(tf.softmax(logits)), objects(labels)];
  const both = tf.sum(tf.mul(found, wanted), 0); // [C - 1]
  const either = tf.sum(tf.add(found, wanted), 0);
  return tf.mean(tf.div(tf.add(tf.mul(both, 2), SMOOTHING), tf.add(either, SMOOTHING)));
}
