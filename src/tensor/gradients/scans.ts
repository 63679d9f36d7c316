/** Gradients of operations that run along an axis: cumulative sums, products, the largest values. */
import * as tf from '@tensorflow/tfjs-core';
import { axesOf, type ReductionAttributes } from '../graph/attributes.ts';
import { sideAt } from '../graph/sides.ts';
import type { AttributesOf } from '../graph/signatures.ts';
import { sizeOf } from '../host-tensor.ts';
import { gradient, type GradientTable } from './config.ts';

const cumsum = gradient([], (_, dy, { axis, exclusive = false, reverse = false }: AttributesOf<'Cumsum'>) => ({
  x: () => tf.cumsum(dy, axis, exclusive, !reverse),
}));

/** The product of all others, from those before and those after: also right for values of zero. */
const prod = gradient(['x'], ({ x }, dy, attributes: ReductionAttributes) => ({
  x: () => {
    const { shape } = x;
    const axes = axesOf(attributes, shape);
    const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const order = [...kept, ...axes];
    const sidesOf = (some: readonly number[]): number[] => some.map((axis) => sideAt(shape, axis));
    const rows = tf.reshape(tf.transpose(x, order), [sizeOf(sidesOf(kept)), sizeOf(sidesOf(axes))]);
    const others = tf.mul(tf.cumprod(rows, 1, true, false), tf.cumprod(rows, 1, true, true));
    const products = tf.mul(others, tf.reshape(dy, [rows.shape[0], 1]));
    const back = order.map((_, axis) => order.indexOf(axis));
    return tf.transpose(tf.reshape(products, sidesOf(order)), back);
  },
}));

export const SCAN_GRADIENTS: GradientTable = { Cumsum: cumsum, Prod: prod };

/** Every value found goes back to its place. The kernel has two results, so its gradient is registered separately. */
tf.registerGradient({
  kernelName: tf.TopK,
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc: (dys, saved) => {
    const [dy] = dys as unknown as [tf.Tensor];
    const [x, indices] = saved as [tf.Tensor, tf.Tensor];
    return {
      x: () => tf.sum(tf.mul(tf.expandDims(dy, -1), tf.oneHot(indices, sideAt(x.shape, -1), 1, 0, 'float32')), -2),
    };
  },
});
