import onnxProto from 'onnx-proto';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { float32, type TensorSpec, type Tree } from '../host-tensor.ts';
import { batchNormTraining } from '../index.ts';
import { simplify } from '../graph/simplify.ts';
import { trace } from '../trace/trace.ts';
import { lower } from './lower.ts';
import { Model } from './model.ts';

const decode = (model: Model) => onnxProto.onnx.ModelProto.decode(model.encode());

test('a model reads back as it was written, by another library', () => {
  const model = new Model();
  const x = model.input('x', 'float32', [2, 3]);
  const y = model.op('LeakyRelu', [model.op('Transpose', [x], { perm: [1, 0] })], { alpha: { real: 0.5 } });
  model.output(
    model.op('Conv', [y, model.scalar(-1.5)], { group: 300, activation: 'Relu' }, 'com.microsoft.nchwc'),
    'int64',
    [70_000],
  );
  const { graph, opsetImport } = decode(model);
  expect(opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([
    ['', 18],
    ['com.microsoft', 1],
    ['com.microsoft.nchwc', 1],
  ]);
  expect(graph!.node!.map(({ opType, domain }) => [opType, domain])).toEqual([
    ['Transpose', ''],
    ['LeakyRelu', ''],
    ['Conv', 'com.microsoft.nchwc'],
  ]);
  const [transpose, leaky, conv] = graph!.node!;
  expect(transpose!.attribute![0]!.ints!.map(Number)).toEqual([1, 0]);
  expect(leaky!.attribute![0]!.f).toBe(0.5);
  expect(Number(conv!.attribute![0]!.i)).toBe(300);
  expect(Buffer.from(conv!.attribute![1]!.s!).toString()).toBe('Relu');
  expect(conv!.input).toEqual([leaky!.output![0], graph!.initializer![0]!.name]);
  expect(new Float32Array(Uint8Array.from(graph!.initializer![0]!.rawData!).buffer)).toEqual(Float32Array.of(-1.5));
  expect(graph!.input![0]!.type!.tensorType!.shape!.dim!.map(({ dimValue }) => Number(dimValue))).toEqual([2, 3]);
  expect(graph!.output![0]!.type!.tensorType!.elemType).toBe(7);
});

test('equal operators on equal inputs are one', () => {
  const model = new Model();
  const x = model.input('x', 'float32', [2]);
  expect(model.op('Exp', [x])).toBe(model.op('Exp', [x]));
  expect(model.op('Elu', [x], { alpha: { real: 1 } })).not.toBe(model.op('Elu', [x], { alpha: { real: 2 } }));
  expect(model.integers([1, 2])).toBe(model.integers([1, 2]));
});

describe('a stack of convolutions, norms and ReLUs', () => {
  function stack(block: number | null): string[] {
    const specs: { state: Tree<TensorSpec>; inputs: Tree<TensorSpec> } = {
      state: { a: float32([3, 3, 32, 32]), b: float32([3, 3, 32, 32]) },
      inputs: { x: float32([16, 8, 8, 32]) },
    };
    const { program } = trace(
      ((args: { state: { a: tf.Tensor4D; b: tf.Tensor4D }; inputs: { x: tf.Tensor4D } }) => {
        let x = args.inputs.x;
        for (const filter of [args.state.a, args.state.b])
          x = tf.relu(batchNormTraining(tf.conv2d(x, filter, 1, 1), tf.ones([32]), tf.zeros([32]), 1e-5).y);
        return { state: args.state, outputs: { y: x } };
      }) as never,
      specs,
    );
    return decode(lower(simplify(program), block).model).graph!.node!.map(({ opType }) => opType!);
  }
  const count = (operators: readonly string[], name: string): number =>
    operators.filter((operator) => operator === name).length;

  test('is transposed on the way in and on the way out, not between', () => {
    expect(count(stack(null), 'Transpose')).toBe(2);
  });

  test('takes norm and ReLU as one depthwise convolution in blocks', () => {
    const operators = stack(16);
    expect(count(operators, 'Conv')).toBe(2 * 3); // the convolution, its sum of squares, its normalisation
    expect(count(operators, 'Transpose')).toBe(2 + 2); // the images as above, and blocks of either filter
    expect(count(operators, 'Relu')).toBe(2); // of the variances: those of the activations are part of the convolutions
  });
});
