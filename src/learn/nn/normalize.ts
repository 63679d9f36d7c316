import * as tf from '@tensorflow/tfjs-core';
import { at } from '../../util/known.ts';

/** Mean and standard deviation of ImageNet's RGB values in 0..1, as torchvision's weights expect them. */
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

/**
 * RGB in 0..1 to the input of networks. ImageNet's figures for every data set and start, so that the starts differ in
 * nothing but their weights.
 */
export function normalize(images: tf.Tensor4D): tf.Tensor4D {
  return tf.add(
    tf.mul(
      images,
      DEVIATION.map((deviation) => 1 / deviation),
    ),
    MEAN.map((mean, channel) => -mean / at(DEVIATION, channel)),
  );
}
