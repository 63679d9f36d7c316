/** Stacks of linear layers that methods put on the pooled features, and drop afterwards. */
import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from '../../tensor/index.ts';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { BATCH_NORM_EPSILON } from './conv-norm.ts';
import { linearLayer } from './heads.ts';
import { constantVector, initializeLinear, type RandomKey } from './initialize.ts';
import type { Variables } from './variables.ts';
import { at, field } from '../../util/known.ts';

/** Batch normalization behind a layer: none, with a learned scale and offset, or without. */
type Norm = 'none' | 'affine' | 'plain';

export interface Mlp {
  /** Tensors are called `<name>.<layer>.weight`, `<name>.<layer>.norm.weight`, ... */
  readonly name: string;
  /** The widths of input, hidden layers and output. */
  readonly widths: readonly [number, number, ...number[]];
  /** Between each hidden layer and its ReLU. */
  readonly hidden: 'none' | 'affine';
  readonly output: Norm;
}

/**
 * Rows [B, first width] to [B, last width]. Batch normalization uses the batch; there are no running statistics, as
 * heads are used in training only.
 */
export function mlp(stack: Mlp, params: Variables<tf.Tensor>, rows: tf.Tensor2D): tf.Tensor2D {
  let x = rows;
  for (const { name, norm, last } of layers(stack)) {
    x =
      norm === 'none'
        ? linearLayer(name, params, x)
        : normalize(name, norm, params, tf.matMul(x, params[`${name}.weight`] as tf.Tensor2D, false, true));
    if (!last) x = tf.relu(x);
  }
  return x;
}

/** Layers in front of a normalization have no bias: it would be subtracted again with the mean. */
export function initializeMlp(stack: Mlp, key: RandomKey): Record<string, HostTensor<'float32'>> {
  const params: Record<string, HostTensor<'float32'>> = {};
  for (const { name, norm, input, output } of layers(stack)) {
    const drawn = initializeLinear(name, input, output, key);
    params[`${name}.weight`] = field(drawn, `${name}.weight`);
    if (norm === 'none') params[`${name}.bias`] = field(drawn, `${name}.bias`);
    if (norm === 'affine')
      Object.assign(params, {
        [`${name}.norm.weight`]: constantVector(output, 1),
        [`${name}.norm.bias`]: constantVector(output, 0),
      });
  }
  return params;
}

interface Layer {
  readonly name: string;
  readonly norm: Norm;
  readonly input: number;
  readonly output: number;
  readonly last: boolean;
}

function layers({ name, widths, hidden, output }: Mlp): Layer[] {
  return widths.slice(1).map((width, i) => {
    const last = i === widths.length - 2;
    return { name: `${name}.${i}`, norm: last ? output : hidden, input: at(widths, i), output: width, last };
  });
}

function normalize(name: string, norm: 'affine' | 'plain', params: Variables<tf.Tensor>, x: tf.Tensor2D): tf.Tensor2D {
  const width = x.shape[1];
  const scale = norm === 'affine' ? (params[`${name}.norm.weight`] as tf.Tensor1D) : tf.ones([width]);
  const offset = norm === 'affine' ? (params[`${name}.norm.bias`] as tf.Tensor1D) : tf.zeros([width]);
  return batchNormTraining(x, scale as tf.Tensor1D, offset as tf.Tensor1D, BATCH_NORM_EPSILON).y;
}
