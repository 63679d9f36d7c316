/** The part of augmentation that runs in the compiled step: tfjs-core operations, mostly batched matrix products. */
import * as tf from '@tensorflow/tfjs-core';
import { LUMA } from './color.ts';
import { rotate } from './rotate.ts';
import type { ViewParams } from './view-params.ts';
import { at } from '../../util/known.ts';

/**
 * One view of a batch. `images`: int32 `[B, R, R, 3]`, 0 to 255; any number of channels for a view without colors.
 * Result: float32 `[B, S, S, 3]`, 0 to 1; S is R if the view does not resample. Order: rotation, crop with flips and
 * resize, jitter, grayscale, blur, solarize.
 */
export function augment(images: tf.Tensor4D, view: ViewParams<tf.Tensor>): tf.Tensor4D {
  let x: tf.Tensor4D = tf.mul(tf.cast(images, 'float32'), 1 / 255);
  if (view.rotation) x = rotate(x, view.rotation);
  if (view.rows) x = alongRows(view.rows, x);
  if (view.columns || view.colors || view.blur) {
    // Planar, so that columns, colors and pixels are each the inner axis of a matrix product.
    let planar: tf.Tensor4D = tf.transpose(x, [0, 3, 1, 2]);
    if (view.columns) planar = alongColumns(planar, view.columns, false);
    if (view.colors) planar = recolor(planar, view.colors, view.shifts);
    if (view.blur) planar = alongColumns(planar, view.blur, true);
    x = tf.transpose(planar, [0, 2, 3, 1]);
  }
  if (view.blur) x = alongRows(view.blur, x);
  if (view.threshold) x = solarize(x, view.threshold);
  return x;
}

/** `[B, S, H]` on `[B, H, W, C]`. */
function alongRows(matrix: tf.Tensor, x: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const product = tf.matMul(matrix, tf.reshape(x, [batch, height, width * channels])); // [B, S, W * C]
  return tf.reshape(product, [batch, at(matrix.shape, 1), width, channels]);
}

/** `[B, C, H, W]` on `[B, W, S]`, or on `[B, S, W]` transposed. */
function alongColumns(planar: tf.Tensor4D, matrix: tf.Tensor, transposed: boolean): tf.Tensor4D {
  const [batch, channels, height, width] = planar.shape;
  const product = tf.matMul(tf.reshape(planar, [batch, channels * height, width]), matrix, false, transposed);
  return tf.reshape(product, [batch, channels, height, at(matrix.shape, transposed ? 1 : 2)]);
}

/** Each operation on all samples, each sample with its own matrix: order and choice are in the data. */
function recolor(planar: tf.Tensor4D, colors: tf.Tensor, shifts: tf.Tensor | undefined): tf.Tensor4D {
  const [batch, , height, width] = planar.shape;
  let x: tf.Tensor3D = tf.reshape(planar, [batch, 3, height * width]);
  for (let k = 0; k < colors.shape[0]; k++) {
    const matrix: tf.Tensor3D = tf.reshape(tf.slice(colors, [k, 0, 0, 0], [1, batch, 3, 3]), [batch, 3, 3]);
    const turned: tf.Tensor3D = tf.matMul(matrix, x);
    if (shifts === undefined || k >= shifts.shape[0]) {
      x = turned;
      continue;
    }
    const shift = tf.reshape(tf.slice(shifts, [k, 0], [1, batch]), [batch, 1]);
    const added = tf.mul(meanLuma(x), shift); // [B, 1]
    x = tf.clipByValue(tf.add(turned, tf.reshape(added, [batch, 1, 1])), 0, 1);
  }
  return tf.reshape(x, planar.shape);
}

/** `[B, 3, P]` to `[B, 1]`. */
function meanLuma(x: tf.Tensor3D): tf.Tensor2D {
  return tf.matMul(tf.mean<tf.Tensor2D>(x, 2), tf.tensor2d([...LUMA], [3, 1]));
}

function solarize(x: tf.Tensor4D, threshold: tf.Tensor): tf.Tensor4D {
  const inverted = tf.cast(tf.greaterEqual(x, tf.reshape(threshold, [-1, 1, 1, 1])), 'float32');
  return tf.add(x, tf.mul(inverted, tf.sub(1, tf.mul(x, 2))));
}
