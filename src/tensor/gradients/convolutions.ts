/**
 * Gradients of convolutions, dilated ones among them. A dilated filter is a wider one with zeros in between: the
 * gradients are those of the wider one, without the taps that are zero.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../graph/node.ts';
import { gradient, type Gradient, type GradientTable } from './config.ts';

type Pair = readonly [number, number];

const pairOf = (dilations: unknown): Pair =>
  Array.isArray(dilations)
    ? (dilations as unknown as Pair)
    : [(dilations as number | undefined) ?? 1, (dilations as number | undefined) ?? 1];

/** [kh, kw, in, out] to [(kh - 1) dh + 1, (kw - 1) dw + 1, in, out] */
function spread(filter: tf.Tensor, [down, right]: Pair): tf.Tensor {
  const [height, width, ...channels] = filter.shape as [number, number, number, number];
  const apart = tf.reshape(filter, [height, 1, width, 1, channels[0] * channels[1]]);
  const filled = tf.pad(apart, [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, right - 1],
    [0, 0],
  ]);
  return tf.slice(
    tf.reshape(filled, [height * down, width * right, ...channels]),
    [0, 0, 0, 0],
    [(height - 1) * down + 1, (width - 1) * right + 1, ...channels],
  );
}

/** The other way round: the places that a dilated filter reads. */
function gathered(wide: tf.Tensor, { shape }: tf.Tensor, [down, right]: Pair): tf.Tensor {
  const [height, width, ...channels] = shape as [number, number, number, number];
  const filled = tf.pad(wide, [
    [0, down - 1],
    [0, right - 1],
    [0, 0],
    [0, 0],
  ]);
  const apart = tf.reshape(filled, [height, down, width, right, channels[0] * channels[1]]);
  return tf.reshape(tf.slice(apart, [0, 0, 0, 0, 0], [height, 1, width, 1, channels[0] * channels[1]]), shape);
}

function convolution(kernel: string): Gradient {
  const run = (direction: string, inputs: tf.NamedTensorMap, attributes: Attributes): tf.Tensor =>
    tf.engine().runKernel<tf.Tensor>(`${kernel}Backprop${direction}`, inputs, attributes as tf.NamedAttrMap);
  return gradient(['x', 'filter'], ({ x, filter }, dy, given: Attributes) => {
    const dilations = pairOf(given.dilations);
    const isDilated = dilations.some((step) => step !== 1);
    const wide = isDilated ? spread(filter, dilations) : filter;
    const attributes = { ...given, dilations: 1 };
    return {
      x: () => run('Input', { dy, filter: wide }, { ...attributes, inputShape: x.shape }),
      filter: () => {
        const whole = run('Filter', { x, dy }, { ...attributes, filterShape: wide.shape });
        return isDilated ? gathered(whole, filter, dilations) : whole;
      },
    };
  });
}

export const CONVOLUTION_GRADIENTS: GradientTable = {
  Conv2D: convolution('Conv2D'),
  DepthwiseConv2dNative: convolution('DepthwiseConv2dNative'),
};
