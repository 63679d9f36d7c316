import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { openOnnxruntime } from './engine.ts';

const SIDE = 4096;

test('a run makes no arrays for the state that it has written into its buffers', async () => {
  const engine = await openOnnxruntime({ threads: 1 });
  const state = { dtype: 'float32' as const, shape: [SIDE, SIDE], data: new Float32Array(SIDE * SIDE).fill(1) };
  const step = await engine.compile(
    ({ state: { large } }: { state: { large: tf.Tensor } }) => ({ state: { large: tf.add(large, 1) }, outputs: {} }),
    { state: { large: state }, inputs: {} },
  );
  await step.run({});
  const before = process.memoryUsage().arrayBuffers;
  await step.run({});
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(state.data.byteLength / 2);
  const { large } = await step.readState();
  expect(new Set(large.data)).toEqual(new Set([3]));
  await engine.dispose();
});
