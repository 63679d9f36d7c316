/** Supervised training of a detector: one step towards boxes and landmarks. */
import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../../tensor/index.ts';
import type { HostTensor, Replaced } from '../../tensor/host-tensor.ts';
import { augment, type ViewParams } from '../augment/index.ts';
import { detectorForward } from '../nn/detector-forward.ts';
import { normalize } from '../nn/normalize.ts';
import { initialOptimizerState, optimizerStep } from '../nn/optimizer.ts';
import type { HostModel } from './loop.ts';
import type { TrainingStepSettings, TrainingStepState } from './training-step.ts';

/** The maps that a detector should give for images, as the host draws them (detection-targets.ts). */
export interface DetectionTargets<T> {
  /** [B, cells, cells, classes]: 1 at the cell of each center, and less around it. */
  readonly centers: T;
  /** [B, cells, cells, 4]: the offset and the logarithm of the size at the cells of centers. */
  readonly places: T;
  /** [B, cells, cells, 2]: 1 where a cell has an offset, and 1 where it has a size. */
  readonly weights: T;
}

export interface DetectionInputs<T> extends DetectionTargets<T> {
  /** [B, S, S, 3], RGB in 0..255 */
  readonly images: T;
  readonly view: ViewParams<T>;
  readonly learningRate: T;
}

interface DetectionStep {
  /** Everything that a step changes. */
  initial(detector: HostModel): TrainingStepState;
  /** One step of training: a pure function. Outputs are scalars. */
  readonly step: (args: {
    readonly state: Replaced<TrainingStepState, HostTensor<'float32'>, tf.Tensor>;
    readonly inputs: DetectionInputs<tf.Tensor>;
  }) => {
    state: Replaced<TrainingStepState, HostTensor<'float32'>, tf.Tensor>;
    outputs: Readonly<Record<keyof DetectionLoss, tf.Scalar>>;
  };
}

/** Augment images, detect, and step down the gradient of the loss. The targets were moved with their images. */
export function detectionStep({ network, optimizer, classWeights }: TrainingStepSettings): DetectionStep {
  return {
    initial: ({ params, stats }) => ({ params, stats, optimizerState: initialOptimizerState(optimizer, params) }),
    step: ({ state, inputs }) => {
      const images = normalize(augment(inputs.images as tf.Tensor4D, inputs.view));
      const { value, aux, gradients } = valueAndGrads((params) => {
        const { maps, stats } = detectorForward(network, classWeights.length, params, state.stats, images, true);
        const { loss, ...parts } = detectionLoss(maps, inputs, classWeights);
        return { value: loss, aux: { stats, ...parts } };
      }, state.params);
      const { params, optimizerState } = optimizerStep(optimizer, state, gradients, inputs.learningRate);
      const { stats, ...parts } = aux;
      return { state: { params, stats, optimizerState }, outputs: { loss: value, ...parts } };
    },
  };
}

interface DetectionLoss {
  /** The sum of the three others. */
  readonly loss: tf.Scalar;
  readonly centers: tf.Scalar;
  readonly offsets: tf.Scalar;
  readonly sizes: tf.Scalar;
}

/**
 * CenterNet's loss with equal weights: the focal loss of the centers, and the mean absolute errors of offsets and sizes
 * at the cells of true centers. Sizes are compared by their logarithms: at 64 px boxes have few cells, and errors of
 * small and large boxes count the same. `maps` [B, cells, cells, classes + 4]; one weight for each class.
 */
export function detectionLoss(
  maps: tf.Tensor4D,
  targets: DetectionTargets<tf.Tensor>,
  classWeights: readonly number[],
): DetectionLoss {
  const classes = classWeights.length;
  const part = (from: number, count: number) => tf.slice(maps, [0, 0, 0, from], [-1, -1, -1, count]);
  const errors = (at: 0 | 1): tf.Scalar => {
    const wanted = tf.slice(targets.places as tf.Tensor4D, [0, 0, 0, 2 * at], [-1, -1, -1, 2]);
    const weights = tf.slice(targets.weights as tf.Tensor4D, [0, 0, 0, at], [-1, -1, -1, 1]);
    const apart = tf.sum<tf.Scalar>(tf.mul(tf.abs(tf.sub(part(classes + 2 * at, 2), wanted)), weights));
    return tf.div(apart, atLeastOne(tf.mul(tf.sum(weights), 2)));
  };
  const centers = focalLoss(part(0, classes), targets.centers as tf.Tensor4D, classWeights);
  const [offsets, sizes] = [errors(0), errors(1)];
  return { loss: tf.add<tf.Scalar>(tf.add(centers, offsets), sizes), centers, offsets, sizes };
}

const atLeastOne = (x: tf.Tensor): tf.Scalar => tf.maximum(x, tf.scalar(1));

/**
 * The penalty-reduced focal loss with alpha 2 and beta 4 (H. Law and J. Deng, "CornerNet", ECCV 2018), by the number of
 * centers. `centers` are 1 at a center, and less around it, where a hit counts less as a mistake.
 */
function focalLoss(logits: tf.Tensor4D, centers: tf.Tensor4D, classWeights: readonly number[]): tf.Scalar {
  const weights = tf.tensor1d([...classWeights]);
  const isCenter = tf.cast(tf.equal(centers, tf.scalar(1)), 'float32');
  const [yes, no] = [tf.sigmoid(logits), tf.sigmoid(tf.neg(logits))];
  const hits = tf.mul(isCenter, tf.mul(tf.square(no), tf.softplus(tf.neg(logits))));
  const reduced = tf.square(tf.square(tf.sub(1, centers)));
  const misses = tf.mul(reduced, tf.mul(tf.square(yes), tf.softplus(logits)));
  const count = tf.sum(tf.mul(isCenter, weights));
  return tf.div(tf.sum(tf.mul(tf.add(hits, misses), weights)), atLeastOne(count));
}
