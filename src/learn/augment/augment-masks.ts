/** The masks of a view: moved as its images are, without mixing classes. */
import * as tf from '@tensorflow/tfjs-core';
import { augment } from './augment.ts';
import type { ViewParams } from './view-params.ts';

/**
 * `masks`: int32 `[B, R, R]`, class indices below `classes`. Result: int32 `[B, S, S]`. Every class moves as an image
 * of its own by the geometry of the view, and each pixel belongs to the class with the largest share of it.
 */
export function augmentMasks(masks: tf.Tensor3D, view: ViewParams<tf.Tensor>, classes: number): tf.Tensor3D {
  const { rotation, rows, columns } = view;
  const geometry = { ...(rotation && { rotation }), ...(rows && { rows }), ...(columns && { columns }) };
  if (Object.keys(geometry).length === 0) return masks;
  const shares = tf.oneHot(masks, classes, 1, 0, 'float32') as tf.Tensor4D;
  return tf.cast(tf.argMax(augment(shares, geometry), 3), 'int32');
}
