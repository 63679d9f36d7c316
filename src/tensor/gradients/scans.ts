/** Gradients of what runs along an axis: cumulative sums, products, the largest values. */
import * as tf from '@tensorflow/tfjs-core';
import { axesOf } from '../graph/attributes.ts';
import { sizeOf } from '../host-tensor.ts';
import type { Gradient, GradientTable } from './config.ts';

const cumsum: Gradient = {
  saved: [],
  of: (dy, _, { axis, exclusive, reverse }) => ({
    x: () => tf.cumsum(dy, axis as number, exclusive as boolean, reverse !== true),
  }),
};

/** The product of all others, from those before and those after: right where values are zero, too. */
const prod: Gradient = {
  saved: ['x'],
  of: (dy, [x], attributes) => ({
    x: () => {
      const { shape } = x!;
      const axes = axesOf(attributes, shape);
      const kept = shape.map((_, i) => i).filter((axis) => !axes.includes(axis));
      const order = [...kept, ...axes];
      const rows = tf.reshape(tf.transpose(x!, order), [
        sizeOf(kept.map((axis) => shape[axis]!)),
        sizeOf(axes.map((axis) => shape[axis]!)),
      ]);
      const others = tf.mul(tf.cumprod(rows, 1, true, false), tf.cumprod(rows, 1, true, true));
      const gradient = tf.reshape(
        tf.mul(others, tf.reshape(dy, [rows.shape[0], 1])),
        order.map((axis) => shape[axis]!),
      );
      return tf.transpose(
        gradient,
        order.map((_, axis) => order.indexOf(axis)),
      );
    },
  }),
};

export const SCAN_GRADIENTS: GradientTable = { Cumsum: cumsum, Prod: prod };

/** Every value found goes back to where it was found. Has two results, so it is registered by itself. */
tf.registerGradient({
  kernelName: tf.TopK,
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc: (dys, [x, indices]) => {
    const dy = (dys as unknown as tf.Tensor[])[0]!;
    return {
      x: () => tf.sum(tf.mul(tf.expandDims(dy, -1), tf.oneHot(indices!, x!.shape.at(-1)!, 1, 0, 'float32')), -2),
    };
  },
});
