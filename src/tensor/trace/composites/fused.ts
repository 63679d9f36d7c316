/** The operations that tfjs fuses if no gradient is wanted: a product, a bias, an activation. */
import * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../../graph/node.ts';
import type { AttributesOf } from '../../graph/signatures.ts';
import { composite, type Composite, type CompositeTable, type InputTensors } from './composite.ts';

const ACTIVATIONS: Readonly<
  Record<string, (x: tf.Tensor, slopes: tf.Tensor | undefined, alpha: number | undefined) => tf.Tensor>
> = {
  linear: (x) => x,
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
  elu: (x) => tf.elu(x),
  sigmoid: (x) => tf.sigmoid(x),
  prelu: (x, slopes = tf.scalar(0)) => tf.prelu(x, slopes),
  leakyrelu: (x, _, alpha) => tf.leakyRelu(x, alpha),
};

interface Activation {
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

/** A product, and the bias and the activation that follow it. */
const finished = <const N extends string>(
  names: readonly N[],
  product: (inputs: InputTensors<N>, attributes: never) => tf.Tensor,
): Composite =>
  composite([...names, 'bias?', 'preluActivationWeights?'], (inputs, attributes: Activation) => {
    const { bias, preluActivationWeights: slopes } = inputs as InputTensors<'bias?' | 'preluActivationWeights?'>;
    const { activation = 'linear', leakyreluAlpha } = attributes;
    const found = product(inputs, attributes as never);
    const activate = ACTIVATIONS[activation];
    if (activate === undefined) throw new Error(`Internal error: tfjs fuses the activation "${activation}".`);
    return activate(bias ? tf.add(found, bias) : found, slopes, leakyreluAlpha);
  });

const convolution = (kernel: string): Composite =>
  finished(['x', 'filter'], ({ x, filter }, given: Attributes) => {
    const { strides, pad, dataFormat, dilations, dimRoundingMode } = given;
    const attributes = { strides, pad, dataFormat, dilations, dimRoundingMode } as tf.NamedAttrMap;
    return tf.engine().runKernel<tf.Tensor>(kernel, { x, filter }, attributes);
  });

export const FUSED_COMPOSITES: CompositeTable = {
  _FusedMatMul: finished(['a', 'b'], ({ a, b }, { transposeA, transposeB }: AttributesOf<'BatchMatMul'>) =>
    tf.matMul(a, b, transposeA, transposeB),
  ),
  FusedConv2D: convolution('Conv2D'),
  FusedDepthwiseConv2D: convolution('DepthwiseConv2dNative'),

  /** Batch normalization by given statistics is x * a + b. */
  FusedBatchNorm: composite(
    ['x', 'mean', 'variance', 'scale?', 'offset?'],
    ({ x, mean, variance, scale, offset }, { varianceEpsilon }: { readonly varianceEpsilon: number }) => {
      const inverse = tf.rsqrt(tf.add(variance, varianceEpsilon));
      const a = scale ? tf.mul(inverse, scale) : inverse;
      const shift = tf.neg(tf.mul(mean, a));
      return tf.add(tf.mul(x, a), offset ? tf.add(offset, shift) : shift);
    },
  ),
};
