/** The operations that tfjs fuses if no gradient is wanted: a product, a bias, an activation. */
import * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../../graph/node.ts';
import type { Composite, CompositeTable } from './composite.ts';

const ACTIVATIONS: Readonly<
  Record<string, (x: tf.Tensor, slopes: tf.Tensor | undefined, alpha: number | undefined) => tf.Tensor>
> = {
  linear: (x) => x,
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
  elu: (x) => tf.elu(x),
  sigmoid: (x) => tf.sigmoid(x),
  prelu: (x, slopes) => tf.prelu(x, slopes!),
  leakyrelu: (x, _, alpha) => tf.leakyRelu(x, alpha),
};

const finished =
  (product: (inputs: Readonly<Record<string, tf.Tensor>>, attributes: Attributes) => tf.Tensor): Composite =>
  (inputs, attributes) => {
    const { bias, preluActivationWeights: slopes } = inputs;
    const { activation = 'linear', leakyreluAlpha } = attributes as { activation?: string; leakyreluAlpha?: number };
    const found = product(inputs, attributes);
    return ACTIVATIONS[activation]!(bias ? tf.add(found, bias) : found, slopes, leakyreluAlpha);
  };

const run = (kernel: string, inputs: tf.NamedTensorMap, attributes: Attributes): tf.Tensor =>
  tf.engine().runKernel(kernel, inputs, attributes as tf.NamedAttrMap);

const convolution = (kernel: string): Composite => {
  return finished(({ x, filter }, { strides, pad, dataFormat, dilations, dimRoundingMode }) =>
    run(kernel, { x: x!, filter: filter! }, { strides, pad, dataFormat, dilations, dimRoundingMode }),
  );
};

export const FUSED_COMPOSITES: CompositeTable = {
  _FusedMatMul: finished(({ a, b }, { transposeA, transposeB }) =>
    tf.matMul(a!, b!, transposeA as boolean, transposeB as boolean),
  ),
  FusedConv2D: convolution('Conv2D'),
  FusedDepthwiseConv2D: convolution('DepthwiseConv2dNative'),

  /** Batch normalisation by given statistics is x * a + b. */
  FusedBatchNorm: ({ x, mean, variance, scale, offset }, { varianceEpsilon }) => {
    const inverse = tf.rsqrt(tf.add(variance!, varianceEpsilon as number));
    const a = scale ? tf.mul(inverse, scale) : inverse;
    const shift = tf.neg(tf.mul(mean!, a));
    return tf.add(tf.mul(x!, a), offset ? tf.add(offset, shift) : shift);
  },
};
