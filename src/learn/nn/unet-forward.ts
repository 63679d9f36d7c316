/** Images to the logits of each pixel, read from top to bottom. */
import * as tf from '@tensorflow/tfjs-core';
import { at, last } from '../../util/known.ts';
import { convNormLayers, type ConvNormLayers } from './conv-norm.ts';
import { resnetStages } from './forward.ts';
import type { ResNet } from './resnet.ts';
import { UNET_HEAD, unetStructure, type DecoderBlock } from './unet.ts';
import type { Variables } from './variables.ts';

interface Segmentation {
  /** [B, S, S, classes] */
  readonly logits: tf.Tensor4D;
  /** Running statistics after this batch when training, as they were otherwise. */
  readonly stats: Variables<tf.Tensor>;
}

/** `images` [B, S, S, 3], standardized, of any side. `params` and `stats` hold the encoder and the decoder. */
export function unetForward(
  network: ResNet,
  params: Variables<tf.Tensor>,
  stats: Variables<tf.Tensor>,
  images: tf.Tensor4D,
  training: boolean,
): Segmentation {
  const layers = convNormLayers(params, stats, training);
  const activations = resnetStages(network, layers, images);
  const x = decoded(unetStructure(network).blocks, layers, activations, images);
  const filter = params[`${UNET_HEAD}.weight`] as tf.Tensor4D;
  const logits = tf.add<tf.Tensor4D>(tf.conv2d(x, filter, 1, 1), params[`${UNET_HEAD}.bias`] as tf.Tensor1D);
  return { logits, stats: layers.stats() };
}

/** `activations` are those of `resnetStages`, and `blocks` some of a U-Net's, from the coarsest on. */
export function decoded(
  blocks: readonly DecoderBlock[],
  { apply }: Pick<ConvNormLayers, 'apply'>,
  activations: readonly tf.Tensor4D[],
  images: tf.Tensor4D,
): tf.Tensor4D {
  let x = last(activations);
  for (const { skip, units } of blocks) {
    const joined = skip === null ? null : at(activations, skip);
    x = enlarged(x, (joined ?? images).shape);
    if (joined !== null) x = tf.concat([x, joined], 3);
    for (const unit of units) x = tf.relu(apply(unit, x));
  }
  return x;
}

/** Bilinear, the centers of both images in the same place: PyTorch's `interpolate` without aligned corners. */
const enlarged = (x: tf.Tensor4D, [, height, width]: tf.Tensor4D['shape']): tf.Tensor4D =>
  tf.image.resizeBilinear(x, [height, width], false, true);
