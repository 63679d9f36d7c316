import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { simplify } from './simplify.ts';
import type { HostTensor } from '../host-tensor.ts';
import { batchNormTraining, float32, uint8, valueAndGrads } from '../index.ts';
import { trace } from '../trace/trace.ts';
import { chooseReduced, outputType } from './precision.ts';

const filter: HostTensor<'float32'> = { dtype: 'float32', shape: [3, 3, 3, 4], data: new Float32Array(108) };
const vector: HostTensor<'float32'> = { dtype: 'float32', shape: [4], data: new Float32Array(4) };

/** Resampled bytes through a convolution, a norm and a ReLU; plain descent. */
function reducedKernels() {
  const specs = {
    state: { filter, scale: vector },
    inputs: { images: uint8([2, 6, 6, 3]), resample: float32([2, 6, 6]) },
  };
  const { program: traced } = trace((args) => {
    const { state, inputs } = args as { state: Record<string, tf.Tensor>; inputs: Record<string, tf.Tensor> };
    const { value, gradients } = valueAndGrads((params) => {
      const rows = tf.matMul(inputs.resample!, tf.reshape(tf.cast(inputs.images!, 'float32'), [2, 6, 18]));
      const features = tf.conv2d(tf.reshape<tf.Rank.R4>(rows, [2, 6, 6, 3]), params.filter as tf.Tensor4D, 1, 1);
      const { y } = batchNormTraining(features, params.scale as tf.Tensor1D, params.scale as tf.Tensor1D, 1e-5);
      return { value: tf.mean<tf.Scalar>(tf.square(tf.relu(y))), aux: {} };
    }, state);
    return {
      state: Object.fromEntries(
        Object.entries(state).map(([name, w]) => [name, tf.sub(w, tf.mul(gradients[name]!, 0.1))]),
      ),
      outputs: { loss: value },
    };
  }, specs);
  const program = simplify(traced);
  const reduced = chooseReduced(program);
  return { program, reduced, kernels: [...reduced].map(({ kernel }) => kernel) };
}

describe('mixed precision', () => {
  test('reduces convolutions, their gradients, and the norm and the ReLU between them', () => {
    expect(reducedKernels().kernels.sort()).toEqual([
      'BatchNormTraining',
      'BatchNormTrainingGrad',
      'Conv2D',
      'Conv2DBackpropFilter',
      'Relu',
      'ReluGrad',
    ]);
  });

  test('leaves losses, weights and their updates in float32', () => {
    const { program, reduced } = reducedKernels();
    const results = [...program.outputs.map(({ value }) => value), ...program.state.map(({ next }) => next)];
    expect(results.map((value) => outputType(value, reduced))).toEqual(['float32', 'float32', 'float32']);
  });

  test('leaves products that no weight takes part in, such as augmentation, in float32', () => {
    expect(reducedKernels().kernels).not.toContain('BatchMatMul');
  });
});
