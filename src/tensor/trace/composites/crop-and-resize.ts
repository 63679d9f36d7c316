/** tf.image.cropAndResize: boxes of images at one size, four pixels for each of theirs. */
import * as tf from '@tensorflow/tfjs-core';
import { imageSides } from '../../graph/sides.ts';
import { composite, type InputTensors } from './composite.ts';

/** The positions of the boxes' pixels along one axis: [boxes, pixels], in source pixels with fractions. */
function positions(from: tf.Tensor, to: tf.Tensor, pixels: number, side: number): tf.Tensor {
  if (pixels === 1) return tf.expandDims(tf.mul(tf.add(from, to), 0.5 * (side - 1)), 1);
  const step = tf.div(tf.mul(tf.sub(to, from), side - 1), pixels - 1);
  return tf.add(tf.expandDims(tf.mul(from, side - 1), 1), tf.mul(tf.expandDims(step, 1), tf.range(0, pixels)));
}

const isWithin = (at: tf.Tensor, side: number): tf.Tensor =>
  tf.logicalAnd(tf.greaterEqual(at, 0), tf.lessEqual(at, side - 1));

interface CropAttributes {
  readonly cropSize: readonly [number, number];
  readonly method: 'bilinear' | 'nearest';
  readonly extrapolationValue: number;
}

export const cropAndResize = composite(['image', 'boxes', 'boxInd'], crop);

function crop(
  { image, boxes, boxInd }: InputTensors<'image' | 'boxes' | 'boxInd'>,
  { cropSize: [rows, columns], method, extrapolationValue }: CropAttributes,
): tf.Tensor {
  const { batch, height, width, channels } = imageSides(image.shape);
  const count = boxes.shape[0];
  const [top, left, bottom, right] = tf.unstack(boxes, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const y = tf.expandDims(positions(top, bottom, rows, height), 2);
  const x = tf.expandDims(positions(left, right, columns, width), 1);
  const pixels = tf.reshape(tf.cast(image, 'float32'), [batch * height * width, channels]);
  const first = tf.mul(tf.reshape(boxInd, [count, 1, 1]), tf.scalar(height * width, 'int32'));
  const whole = (at: tf.Tensor, side: number): tf.Tensor => tf.cast(tf.clipByValue(at, 0, side - 1), 'int32');
  const read = (row: tf.Tensor, column: tf.Tensor): tf.Tensor =>
    tf.gather(
      pixels,
      tf.add(first, tf.add(tf.mul(whole(row, height), tf.scalar(width, 'int32')), whole(column, width))),
    );
  const between = (a: tf.Tensor, b: tf.Tensor, share: tf.Tensor): tf.Tensor =>
    tf.add(a, tf.mul(tf.sub(b, a), tf.expandDims(share, -1)));
  const bilinear = (): tf.Tensor => {
    const [down, across] = [tf.sub(y, tf.floor(y)), tf.sub(x, tf.floor(x))];
    const line = (row: tf.Tensor): tf.Tensor => between(read(row, tf.floor(x)), read(row, tf.ceil(x)), across);
    return between(line(tf.floor(y)), line(tf.ceil(y)), down);
  };
  // tfjs rounds halves up, graphs to even.
  const nearest = (): tf.Tensor => read(tf.floor(tf.add(y, 0.5)), tf.floor(tf.add(x, 0.5)));
  const inside = tf.expandDims(tf.logicalAnd(isWithin(y, height), isWithin(x, width)), -1);
  return tf.where(inside, method === 'bilinear' ? bilinear() : nearest(), tf.scalar(extrapolationValue));
}
