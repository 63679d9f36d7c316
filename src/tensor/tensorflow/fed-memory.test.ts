import { setImmediate as turn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import type * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Engine } from '../engine.ts';
import { float32, type HostTensor } from '../host-tensor.ts';
import { openTestEngine, testedEngines } from '../test-engines.test-support.ts';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

/** TensorFlow shares memory at multiples of 64 bytes and copies other memory; ArrayBuffers start at multiples of 16. */
const STARTS = [0, 16, 32, 48];
const buffer = new ArrayBuffer(64);

type Tensors = Record<string, tf.Tensor>;

/** Remembers, weakly, every array that it makes. */
function leaves(made: WeakRef<Float32Array>[]): Record<string, HostTensor<'float32'>> {
  return Object.fromEntries(
    STARTS.map((start) => {
      const data = new Float32Array(buffer, start, 4);
      made.push(new WeakRef(data));
      return [`at${start}`, { dtype: 'float32', shape: [4], data }];
    }),
  );
}

/** A step that keeps one half of its state, and takes its inputs for the other. */
const compile = (engine: Engine, made: WeakRef<Float32Array>[]) =>
  engine.compile(
    ({ state, inputs }: { state: { kept: Tensors; taken: Tensors }; inputs: Tensors }) => ({
      state: { kept: state.kept, taken: inputs },
      outputs: {},
    }),
    {
      state: { kept: leaves(made), taken: leaves(made) },
      inputs: Object.fromEntries(STARTS.map((start) => [`at${start}`, float32([4])])),
    },
  );

test.each(testedEngines('tensorflow'))('%s shares no memory with what it was fed once a call ends', async (name) => {
  const engine = await openTestEngine(name);
  const made: WeakRef<Float32Array>[] = [];
  const step = await compile(engine, made);
  await step.run(leaves(made));
  await step.writeState({ kept: leaves(made), taken: leaves(made) });
  await step.run(leaves(made));
  await turn();
  collectGarbage();
  expect(made.flatMap((array, i) => (array.deref() === undefined ? [] : [i]))).toEqual([]);
  await engine.dispose();
});
