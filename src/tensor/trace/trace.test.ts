import { setImmediate as turn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { TraceError } from '../errors.ts';
import { liveNodes } from '../graph/program.ts';
import { simplify } from '../graph/simplify.ts';
import { float32, uint8, type TensorSpec, type Tree } from '../host-tensor.ts';
import { batchNormTraining, valueAndGrads } from '../index.ts';
import { trace, type Traced } from './trace.ts';

interface Args {
  state: Record<string, tf.Tensor>;
  inputs: Record<string, tf.Tensor>;
}
interface Returned {
  state: Record<string, tf.Tensor>;
  outputs: Record<string, tf.Tensor>;
}

function traced(
  fn: (args: Args) => Returned,
  inputs: Tree<TensorSpec> = { x: float32([2]) },
  state: Tree<TensorSpec> = {},
): Traced {
  return trace(fn as never, { inputs, state });
}

const outputs =
  (make: (x: tf.Tensor) => tf.Tensor) =>
  ({ inputs }: Args): Returned => ({ state: {}, outputs: { y: make(inputs.x!) } });
const kernels = ({ program }: Traced): string[] => liveNodes(simplify(program)).map(({ kernel }) => kernel);

describe('what is recorded', () => {
  test('equal operations are one node', () => {
    expect(kernels(traced(outputs((x) => tf.add(tf.exp(x), tf.exp(x)))))).toEqual(['Input', 'Exp', 'Add']);
  });

  test('what no result needs is dropped', () => {
    expect(
      kernels(
        traced(
          outputs((x) => {
            tf.exp(x);
            return tf.neg(x);
          }),
        ),
      ),
    ).toEqual(['Input', 'Neg']);
  });

  test('bytes arrive as integers and are cast once', () => {
    const bytes = traced(
      outputs((x) => {
        expect(x.dtype).toBe('int32');
        return tf.cast(x, 'float32');
      }),
      { x: uint8([3]) },
    );
    expect(kernels(bytes)).toEqual(['Input', 'Cast']);
    expect(bytes.program.inputs[0]!.value.dtype).toBe('uint8');
  });

  test('the gradient of a ReLU reads what the ReLU gave', () => {
    const gradient = traced(outputs((x) => tf.grad((y) => tf.sum(tf.square(tf.relu(y))))(x)));
    expect(kernels(gradient)).toContain('ReluGrad');
    expect(kernels(gradient)).not.toContain('Step');
  });

  test('tensors from outside are constants, and stay where they were', () => {
    const table = tf.tensor1d([10, 20]);
    expect(kernels(traced(outputs((x) => tf.add(x, table))))).toEqual(['Input', 'Const', 'Add']);
    expect([...table.dataSync()]).toEqual([10, 20]);
  });

  test('numbers are computed while tracing', () => {
    expect(kernels(traced(outputs((x) => tf.mul(x, tf.div(tf.scalar(6), tf.scalar(2))))))).toEqual([
      'Input',
      'Const',
      'Multiply',
    ]);
  });

  test('values that are known can be read', () => {
    expect(kernels(traced(outputs((x) => tf.mul(x, tf.scalar(3).dataSync()[0]!))))).toEqual([
      'Input',
      'Const',
      'Multiply',
    ]);
  });

  test('tfjs is left on the backend it was on, without tensors', async () => {
    await tf.setBackend('cpu');
    const before = tf.memory().numTensors;
    traced(outputs((x) => tf.exp(x)));
    expect(() =>
      traced(
        outputs(() => {
          throw new Error('mine');
        }),
      ),
    ).toThrow('mine');
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('what cannot be traced is said where it stands', () => {
  const refusal = (fn: (args: Args) => Returned, state: Tree<TensorSpec> = {}): string => {
    try {
      traced(fn, { x: float32([2]) }, state);
    } catch (error) {
      expect(error).toBeInstanceOf(TraceError);
      return (error as Error).message.replace(/trace\.test\.ts:\d+/, 'trace.test.ts:N');
    }
    throw new Error('traced');
  };

  test('reading a value', () => {
    expect(refusal(outputs((x) => tf.scalar(tf.exp(x).dataSync()[0]!)))).toBe(
      'The value of a tensor (Exp, float32 [2]) is read at src/tensor/trace/trace.test.ts:N while the function is ' +
        'traced. There are no values yet: compute with tensor operations (tf.where instead of if), or return the ' +
        'tensor as an output.',
    );
  });

  test('an operation that cannot be compiled', () => {
    expect(refusal(outputs((x) => tf.unique(x).values))).toBe(
      'tf.unique needs the kernel "Unique", which cannot be compiled at src/tensor/trace/trace.test.ts:N. Write ' +
        'it with other operations, or add the kernel (docs/tensor.md, "Adding a kernel").',
    );
  });

  test.each([
    ['dataSync', (x: tf.Tensor) => tf.scalar(x.dataSync()[0]!)],
    ['a loop over values', (x: tf.Tensor) => tf.addN(Array.from(tf.exp(x).dataSync(), (value) => tf.scalar(value)))],
    [
      'print',
      (x: tf.Tensor) => {
        tf.print(x);
        return x;
      },
    ],
  ])('reading a value by %s', (_, make) => {
    expect(refusal(outputs(make))).toMatch(
      /^The value of a tensor \(\w+, float32 \[2\]\) is read at src\/tensor\/trace\/trace\.test\.ts:N while/,
    );
  });

  test('reading a value later, by a promise', async () => {
    let read: Promise<unknown> | undefined;
    traced(
      outputs((x) => {
        read = tf.exp(x).data();
        return x;
      }),
    );
    await expect(read).rejects.toThrow(TraceError);
  });

  test('what waits for values', async () => {
    const promise =
      'Tensors have no values while the function is traced, so it cannot wait for them: use synchronous operations.';
    expect(refusal(outputs((x) => tf.booleanMaskAsync(x, tf.greater(x, 0)) as unknown as tf.Tensor))).toBe(
      `The function returns a promise as "outputs/y". ${promise}`,
    );
    expect(
      refusal((async ({ inputs }: Args) => ({
        state: {},
        outputs: { x: tf.tensor(await inputs.x!.data()) },
      })) as unknown as (args: Args) => Returned),
    ).toBe(`The function returns a promise. ${promise}`);
    await turn(); // an unhandled rejection would be reported now
  });

  test.each([
    ['a number as "outputs/y"', () => ({ state: {}, outputs: { y: 3 } })],
    ['undefined', () => undefined],
    ['no state', () => ({ outputs: {} })],
    ['a Map as "outputs"', () => ({ state: {}, outputs: new Map() })],
  ])('returning %s', (what, fn) => {
    expect(refusal(fn as unknown as (args: Args) => Returned)).toBe(
      `The function returns ${what}. Return { state, outputs }, both records of tensors.`,
    );
  });

  test('nothing at all', () => {
    expect(refusal(() => ({ state: {}, outputs: {} }))).toBe(
      'The function returns no state and no outputs: there is nothing to compute. Return the wanted tensors as { ' +
        'state, outputs }.',
    );
  });

  test.each<[string, (x: tf.Tensor) => tf.Tensor, string]>([
    [
      'a product',
      (x) => tf.matMul(tf.reshape(x, [1, 2]), tf.ones([1, 2])),
      '"BatchMatMul" do not fit, float32 [1, 2] and float32 [1, 2]: rows of 2 values meet columns of 1',
    ],
    [
      'concat',
      (x) => tf.concat([tf.reshape(x, [1, 2]), tf.ones([1, 3])], 0),
      '"Concat" do not fit, float32 [1, 2] and float32 [1, 3]: only the sides of axis 0 may differ',
    ],
    [
      'stack',
      (x) => tf.stack([x, tf.ones([3])]),
      '"Pack" do not fit, float32 [2] and float32 [3]: all have to be the same',
    ],
    ['slice', (x) => tf.slice(x, [1], [2]), '"Slice" do not fit, float32 [2]: 1 to 3 of axis 0, which has 2'],
    [
      'einsum',
      (x) => tf.einsum('a,a->', x, tf.ones([3])),
      '"Einsum" do not fit, float32 [2] and float32 [3]: "a" is 2 and 3',
    ],
    ['einsum of other ranks', (x) => tf.einsum('ab,a->b', x, tf.ones([2])), '"ab" names 2 axes'],
    [
      'normalisation',
      (x) => batchNormTraining(tf.reshape(x, [1, 2]), tf.ones([3]), tf.ones([3]), 1e-5).y,
      'scale and offset have to be [2]',
    ],
    [
      'segments',
      (x) => tf.unsortedSegmentSum(x, tf.tensor1d([0, 0, 1], 'int32'), 2),
      '"UnsortedSegmentSum" do not fit, float32 [2] and int32 [3]: there has to be one id for each',
    ],
    [
      'a filter larger than the image',
      (x) => tf.conv2d(tf.reshape<tf.Rank.R4>(x, [1, 1, 1, 2]), tf.ones<tf.Rank.R4>([3, 3, 2, 1]), 1, 'valid'),
      'nothing is left of a side',
    ],
  ])('shapes that do not fit: %s', (_, make, message) => {
    expect(refusal(outputs(make))).toContain(message);
  });

  test.each<[string, (x: tf.Tensor) => tf.Tensor, string]>([
    ['tf.gather is given the index 2', (x) => tf.gather(x, [0, 2]), 'axis 0 of float32 [2] has 0 to 1'],
    [
      'tf.gather is given the index -1',
      (x) => tf.gather(tf.reshape(x, [1, 2]), tf.tensor1d([1, -1], 'int32'), 1),
      'axis 1 of float32 [1, 2] has 0 to 1',
    ],
    [
      'tf.gatherND is given the index 2',
      (x) =>
        tf.gatherND(
          tf.reshape(x, [1, 2]),
          tf.tensor2d(
            [
              [0, 1],
              [0, 2],
            ],
            [2, 2],
            'int32',
          ),
        ),
      'axis 1 of float32 [1, 2] has 0 to 1',
    ],
    [
      'tf.scatterND is given the index 5',
      (x) => tf.scatterND(tf.tensor2d([[5], [0]], [2, 1], 'int32'), x, [3]),
      'axis 0 of float32 [3] has 0 to 2',
    ],
  ])('%s, which is not there', (found, make, allowed) => {
    expect(refusal(outputs(make))).toBe(
      `${found} at src/tensor/trace/trace.test.ts:N, but ${allowed}. Indices do not count from the end: correct ` +
        'it, or keep it within by tf.clipByValue.',
    );
  });

  test('indices within range, and those that only a run knows, pass', () => {
    expect(kernels(traced(outputs((x) => tf.gather(x, [1, 0, 1]))))).toContain('GatherV2');
    expect(kernels(traced(outputs((x) => tf.gather([1, 2], tf.cast(x, 'int32')))))).toContain('GatherV2');
  });

  test.each([
    ['tf.randomNormal', (x: tf.Tensor) => tf.add(x, tf.randomNormal([2]))],
    ['tf.randomUniform', (x: tf.Tensor) => tf.dropout(x, 0.5)],
    ['tf.truncatedNormal', (x: tf.Tensor) => tf.add(x, tf.truncatedNormal([2]))],
  ])('drawing numbers by %s', (name, make) => {
    expect(refusal(outputs(make))).toBe(
      `${name} draws numbers at src/tensor/trace/trace.test.ts:N while the function is traced: every step would ` +
        'use the same ones. Draw them outside, and feed them as an input.',
    );
  });

  test('a convolution with channels first', () => {
    expect(
      refusal(
        outputs((x) => tf.conv2d(tf.reshape<tf.Rank.R4>(x, [1, 2, 1, 1]), tf.ones([1, 1, 2, 3]), 1, 'same', 'NCHW')),
      ),
    ).toBe(
      'A convolution has its channels first at src/tensor/trace/trace.test.ts:N. Images are [N, H, W, C] here: ' +
        'transpose them, and use "NHWC".',
    );
  });

  test('a gradient that nobody has', () => {
    const make = (x: tf.Tensor): tf.Tensor =>
      valueAndGrads((params: { x: tf.Tensor }) => ({ value: tf.sum<tf.Scalar>(tf.cumprod(params.x)), aux: {} }), { x })
        .gradients.x;
    expect(refusal(outputs(make))).toBe(
      'The loss depends on a parameter by the kernel "Cumprod", which has no gradient at ' +
        'src/tensor/trace/trace.test.ts:N. Use other operations, or stopGradient if no gradient is wanted.',
    );
  });

  test('state that is missing', () => {
    expect(refusal(() => ({ state: {}, outputs: {} }), { a: float32([]) })).toBe(
      'The function does not return the state "a". Return every leaf of the state, changed or not.',
    );
  });

  test('state of another shape', () => {
    expect(
      refusal(({ state }) => ({ state: { a: tf.stack([state.a!, state.a!]) }, outputs: {} }), { a: float32([]) }),
    ).toBe('The function returns the state "a" as float32 [2], but it was given as float32 [].');
  });

  test('state that was not given', () => {
    expect(refusal(({ inputs }) => ({ state: { b: inputs.x! }, outputs: {} }))).toBe(
      'The function returns the state "b", which is not in its arguments. Add it to the initial state, or return ' +
        'it as an output.',
    );
  });

  test('a tensor that escaped an earlier trace', () => {
    let escaped: tf.Tensor | undefined;
    traced(outputs((x) => (escaped = tf.keep(tf.exp(x)))));
    expect(refusal(outputs((x) => tf.add(x, escaped!)))).toMatch(
      /^A tensor that was made while another function was traced is used at src\/tensor\/trace\/trace\.test\.ts:N\./,
    );
  });

  test('a parameter that the loss does not depend on', () => {
    const message = refusal(({ inputs }) => {
      const { gradients } = valueAndGrads(
        ({ a }: { a: tf.Tensor; b: tf.Tensor }) => ({ value: tf.sum<tf.Scalar>(a), aux: {} }),
        { a: inputs.x!, b: tf.exp(inputs.x!) },
      );
      return { state: {}, outputs: gradients };
    });
    expect(message).toBe('The loss does not depend on the parameter "b". Leave it out of the parameters, or use it.');
  });
});
