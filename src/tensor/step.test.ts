import { setImmediate as turn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { engines } from './agreement.test-support.ts';
import type { Engine } from './engine.ts';
import { TensorMismatchError } from './errors.ts';
import { float32, int32, uint8, type HostTensor } from './host-tensor.ts';

afterAll(async () => {
  for (const engine of Object.values(engines)) await engine.dispose();
});

const vector = (...values: number[]): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const scalar = (value: number): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape: [],
  data: Float32Array.of(value),
});

/** w <- w - rate * v, v <- v / 2 + g; returns the sum of the old w. */
function descent(engine: Engine, w = vector(1, 2, 3)) {
  return engine.compile(
    ({ state, inputs }: { state: { w: tf.Tensor; v: tf.Tensor }; inputs: { g: tf.Tensor; rate: tf.Tensor } }) => {
      const v = tf.add(tf.mul(state.v, 0.5), inputs.g);
      return { state: { w: tf.sub(state.w, tf.mul(v, inputs.rate)), v }, outputs: { sum: tf.sum(state.w) } };
    },
    { state: { w, v: vector(0, 0, 0) }, inputs: { g: float32([3]), rate: float32([]) } },
  );
}

describe.each(Object.entries(engines))('a step on %s', (_, engine) => {
  test('moves its state from run to run, and leaves the initial values alone', async () => {
    const w = vector(1, 2, 3);
    const step = await descent(engine, w);
    const first = await step.run({ g: vector(1, 0, -1), rate: scalar(0.5) });
    const second = await step.run({ g: vector(1, 0, -1), rate: scalar(0.5) });
    expect([first.sum.data[0], second.sum.data[0]]).toEqual([6, 6]);
    expect([...(await step.readState()).w.data]).toEqual([-0.25, 2, 4.25]);
    expect([...w.data]).toEqual([1, 2, 3]);
    await step.dispose();
  });

  test('resumes from what was read, bit for bit', async () => {
    const inputs = { g: vector(0.1, 0.2, -0.3), rate: scalar(0.1) };
    const through = await descent(engine);
    for (let i = 0; i < 5; i++) await through.run(inputs);
    const half = await descent(engine);
    for (let i = 0; i < 2; i++) await half.run(inputs);
    const resumed = await descent(engine);
    await resumed.writeState(await half.readState());
    for (let i = 0; i < 3; i++) await resumed.run(inputs);
    expect(await resumed.readState()).toEqual(await through.readState());
    for (const step of [through, half, resumed]) await step.dispose();
  });

  test('refuses what it could not run before it is compiled: nothing, and places that are not there', async () => {
    const compile = (outputs: (x: tf.Tensor) => Record<string, tf.Tensor>) =>
      engine.compile(
        ({ inputs }: { state: object; inputs: { x: tf.Tensor } }) => ({ state: {}, outputs: outputs(inputs.x) }),
        { state: {}, inputs: { x: float32([2]) } },
      );
    await expect(compile(() => ({}))).rejects.toThrow(
      'The function returns no state and no outputs: there is nothing to compute.',
    );
    await expect(compile((x) => ({ y: tf.gather(x, [0, -1]) }))).rejects.toThrow(
      /tf\.gather is given the index -1 at \S+step\.test\.ts:\d+, but axis 0 of float32 \[2\] has 0 to 1\./,
    );
  });

  test('gives state and outputs that later runs do not change', async () => {
    const step = await descent(engine);
    const before = await step.readState();
    const { sum } = await step.run({ g: vector(1, 1, 1), rate: scalar(1) });
    await step.run({ g: vector(1, 1, 1), rate: scalar(1) });
    expect([...before.w.data]).toEqual([1, 2, 3]);
    expect(sum.data[0]).toBe(6);
    await step.dispose();
  });

  test('exchanges, keeps and repeats state; all in one run', async () => {
    const step = await engine.compile(
      ({
        state,
        inputs,
      }: {
        state: { a: tf.Tensor; b: tf.Tensor; kept: tf.Tensor; fixed: tf.Tensor };
        inputs: { x: tf.Tensor };
      }) => ({
        state: { a: state.b, b: state.a, kept: state.kept, fixed: tf.scalar(7) },
        outputs: { a: state.a, again: state.a, x: inputs.x, seven: tf.scalar(7) },
      }),
      { state: { a: scalar(1), b: scalar(2), kept: scalar(3), fixed: scalar(4) }, inputs: { x: int32([2]) } },
    );
    const x: HostTensor<'int32'> = { dtype: 'int32', shape: [2], data: Int32Array.of(5, 6) };
    for (const a of [1, 2, 1]) {
      const outputs = await step.run({ x });
      expect(Object.values(outputs).map(({ data }) => [...data])).toEqual([[a], [a], [5, 6], [7]]);
    }
    expect(Object.values(await step.readState()).map(({ data }) => data[0])).toEqual([2, 1, 3, 7]);
    await step.dispose();
  });

  test('takes bytes and truths', async () => {
    const step = await engine.compile(
      ({ inputs }: { state: object; inputs: { bytes: tf.Tensor; truths: tf.Tensor } }) => ({
        state: {},
        outputs: {
          sum: tf.sum(tf.cast(inputs.bytes, 'float32')),
          not: tf.logicalNot(inputs.truths),
          half: tf.div(tf.cast(inputs.bytes, 'float32'), 2),
        },
      }),
      { state: {}, inputs: { bytes: uint8([3]), truths: { dtype: 'bool' as const, shape: [2] } } },
    );
    const result = await step.run({
      bytes: { dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 128, 255) },
      truths: { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
    });
    expect([[...result.sum.data], [...result.not.data], [...result.half.data]]).toEqual([
      [383],
      [0, 1],
      [0, 64, 127.5],
    ]);
    await step.dispose();
  });

  test('refuses what it was not compiled for, saying what it expects', async () => {
    const step = await descent(engine);
    const run = (inputs: unknown): Promise<unknown> => step.run(inputs as never);
    await expect(run({ g: vector(1, 2), rate: scalar(1) })).rejects.toThrow(
      'The input "g" is float32 [2], but the step was compiled for float32 [3].',
    );
    await expect(
      run({ g: { dtype: 'int32', shape: [3], data: Int32Array.of(1, 2, 3) }, rate: scalar(1) }),
    ).rejects.toThrow('The input "g" is int32 [3], but the step was compiled for float32 [3].');
    await expect(run({ g: { ...vector(1, 2), shape: [3] }, rate: scalar(1) })).rejects.toThrow(
      'The input "g" has 2 values, but float32 [3] takes 3.',
    );
    await expect(run({ g: { ...vector(1, 2, 3), data: Float64Array.of(1, 2, 3) }, rate: scalar(1) })).rejects.toThrow(
      'The input "g" holds its values in a Float64Array, but float32 [3] takes a Float32Array.',
    );
    await expect(run({ g: [1, 2, 3], rate: scalar(1) })).rejects.toThrow(
      'A tensor { dtype, shape, data }, or a record of tensors, is expected as "g/0"; found a number.',
    );
    await expect(run(undefined)).rejects.toThrow(
      'A tensor { dtype, shape, data }, or a record of tensors, is expected; found undefined.',
    );
    await expect(run({ g: vector(1, 2, 3) })).rejects.toThrow('The input "rate" is missing: float32 [] is expected.');
    await expect(run({ g: vector(1, 2, 3), rate: scalar(1), r: scalar(1) })).rejects.toThrow(
      'There is no input "r"; there are: "g", "rate".',
    );
    await expect(step.writeState({ w: vector(1), v: vector(1, 2, 3) })).rejects.toThrow(TensorMismatchError);
    expect([...(await step.readState()).w.data]).toEqual([1, 2, 3]);
    await step.dispose();
  });

  test('stands beside others, and leaves no tensors behind', async () => {
    const tensors = tf.memory().numTensors;
    const [a, b] = [await descent(engine), await descent(engine, vector(5, 5, 5))];
    for (let i = 0; i < 3; i++) {
      await a.run({ g: vector(1, 1, 1), rate: scalar(1) });
      await b.run({ g: vector(0, 0, 0), rate: scalar(1) });
    }
    expect([...(await b.readState()).w.data]).toEqual([5, 5, 5]);
    await a.dispose();
    expect((await b.run({ g: vector(0, 0, 0), rate: scalar(1) })).sum.data[0]).toBe(15);
    await b.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

test.each(Object.entries(engines).filter(([name]) => name !== 'eager'))(
  'on %s, the values that a step began with are forgotten once it is compiled, and the step once it is disposed of',
  async (_, engine) => {
    v8.setFlagsFromString('--expose-gc');
    const collectGarbage = vm.runInNewContext('gc') as () => void;
    const compiled = async () => {
      const w = vector(1, 2, 3);
      return { values: new WeakRef(w), step: await descent(engine, w) };
    };
    const disposed = async (): Promise<WeakRef<object>> => {
      const { values, step } = await compiled();
      await turn();
      collectGarbage();
      expect(values.deref()).toBeUndefined();
      await step.dispose();
      return new WeakRef(step);
    };
    const step = await disposed();
    await turn();
    collectGarbage();
    expect(step.deref()).toBeUndefined();
  },
);

test.each(Object.entries(engines).filter(([name]) => name !== 'eager'))(
  'where memory ends, %s says what to make smaller, and goes on',
  async (_, engine) => {
    // The product takes 256 TiB, more than the address space of a process, even if the system overcommits memory.
    const side = 2 ** 23;
    const step = await engine.compile(
      ({ state, inputs }: { state: { kept: tf.Tensor }; inputs: { x: tf.Tensor } }) => ({
        state: { kept: tf.add(state.kept, 1) },
        outputs: { sum: tf.sum(tf.exp(tf.mul(tf.reshape(inputs.x, [side, 1]), tf.reshape(inputs.x, [1, side])))) },
      }),
      { state: { kept: scalar(1) }, inputs: { x: float32([side]) } },
    );
    await expect(step.run({ x: { dtype: 'float32', shape: [side], data: new Float32Array(side) } })).rejects.toThrow(
      /^There is not enough memory for (?:one value of )?\S.* in a step whose inputs are "x" float32 \[8388608\]\. Use a smaller batch/,
    );
    await step.readState();
    await step.dispose();
  },
);

test('nothing grows over 1,000 steps', async () => {
  const engine = engines.blocked;
  const step = await descent(engine);
  const inputs = { g: vector(1e-3, 0, 0), rate: scalar(1e-3) };
  const run = async (times: number): Promise<number> => {
    for (let i = 0; i < times; i++) await step.run(inputs);
    return process.memoryUsage().rss;
  };
  const [tensors, before] = [tf.memory().numTensors, await run(300)];
  const after = await run(1000);
  expect(tf.memory().numTensors).toBe(tensors);
  // The heap's own breathing; a leaked step of this size would show as 100s of bytes, a leaked session as megabytes.
  expect(after - before).toBeLessThan(32e6);
  await step.dispose();
});
