/** Images to the activations of a residual network, read from top to bottom. */
import * as tf from '@tensorflow/tfjs-core';
import { last } from '../../util/known.ts';
import { convNormLayers, type ConvNormLayers } from './conv-norm.ts';
import { resnetStructure, type ResNet } from './resnet.ts';
import type { Variables } from './variables.ts';

interface Features {
  /** [B, width of the last stage] */
  readonly features: tf.Tensor2D;
  /** Running statistics after this batch when training, as they were otherwise. */
  readonly stats: Variables<tf.Tensor>;
}

/** Gets the activations [B, s, s, C] behind each block, and returns the input of the next block. */
type Behind = (block: number, activations: tf.Tensor4D) => tf.Tensor4D;

interface Manner {
  readonly training: boolean;
  readonly behind?: Behind;
}

/**
 * `images` [B, S, S, 3], standardized. In training, batch normalization uses the statistics of this batch and moves the
 * running ones; otherwise it uses the running ones.
 */
export function resnetForward(
  network: ResNet,
  params: Variables<tf.Tensor>,
  stats: Variables<tf.Tensor>,
  images: tf.Tensor4D,
  { training, behind = (_, activations) => activations }: Manner,
): Features {
  const layers = convNormLayers(params, stats, training);
  const activations = resnetStages(network, layers, images, behind);
  return { features: tf.mean(last(activations), [1, 2]), stats: layers.stats() };
}

/**
 * The activations behind the stem and behind each stage: [B, S/2, S/2, C] and [B, S/4, S/4, C] onwards, or twice
 * [B, S, S, C] and onwards with the small stem. A side that is odd is halved upwards.
 */
export function resnetStages(
  network: ResNet,
  { apply }: Pick<ConvNormLayers, 'apply'>,
  images: tf.Tensor4D,
  behind: Behind = (_, activations) => activations,
): tf.Tensor4D[] {
  const { stem, pool, stages } = resnetStructure(network);
  const first = tf.relu(apply(stem, images));
  const activations = [first];
  let x = pool ? maxPool(first) : first;
  let block = 0;
  for (const blocks of stages) {
    for (const { main, shortcut } of blocks) {
      const past = shortcut ? apply(shortcut, x) : x;
      let y = apply(main[0], x);
      for (const unit of main.slice(1)) y = apply(unit, tf.relu(y));
      x = behind(block++, tf.relu(tf.add(y, past)));
    }
    activations.push(x);
  }
  return activations;
}

/**
 * 3x3, stride 2, one pixel of padding. Padding with zeros equals padding with -infinity here, because the input has
 * passed a ReLU.
 */
function maxPool(x: tf.Tensor4D): tf.Tensor4D {
  return tf.maxPool(
    tf.pad(x, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]),
    3,
    2,
    'valid',
  );
}
