/** Images to the maps of centers, offsets and sizes, read from top to bottom. */
import * as tf from '@tensorflow/tfjs-core';
import { convNormLayers } from './conv-norm.ts';
import { detectorStructure, type DetectorHead } from './detector.ts';
import { resnetStages } from './forward.ts';
import type { ResNet } from './resnet.ts';
import { decoded } from './unet-forward.ts';
import type { Variables } from './variables.ts';

interface Detection {
  /**
   * [B, cells, cells, classes + 4]: the logit of each class that a center lies in the cell, its offset from the upper
   * left corner of the cell (x, y, in cells), and the logarithm of the box's width and height in cells.
   */
  readonly maps: tf.Tensor4D;
  /** Running statistics after this batch when training, as they were otherwise. */
  readonly stats: Variables<tf.Tensor>;
}

/** `images` [B, S, S, 3], standardized, of any side. `params` and `stats` hold encoder, decoder and heads. */
export function detectorForward(
  network: ResNet,
  classes: number,
  params: Variables<tf.Tensor>,
  stats: Variables<tf.Tensor>,
  images: tf.Tensor4D,
  training: boolean,
): Detection {
  const layers = convNormLayers(params, stats, training);
  const { blocks, heads } = detectorStructure(network, classes);
  const x = decoded(blocks, layers, resnetStages(network, layers, images), images);
  return {
    maps: tf.concat(
      heads.map((head) => headOutput(head, params, x)),
      3,
    ),
    stats: layers.stats(),
  };
}

function headOutput({ name }: DetectorHead, params: Variables<tf.Tensor>, x: tf.Tensor4D): tf.Tensor4D {
  const layer = (index: number, of: tf.Tensor4D): tf.Tensor4D => {
    const filter = params[`${name}.${index}.weight`] as tf.Tensor4D;
    return tf.add(tf.conv2d(of, filter, 1, 'same'), params[`${name}.${index}.bias`] as tf.Tensor1D);
  };
  return layer(2, tf.relu(layer(0, x)));
}
