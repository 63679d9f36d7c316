/** What bench/endure.mjs runs: two compiled steps beside each other on one engine, for many steps, then neither. */
import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining, float32, openEngine, valueAndGrads, type EngineName, type HostTensor } from '../src/tensor/index.ts';
import { random } from '../src/util/random.ts';

const [BATCH, SIDE, CHANNELS] = [16, 8, 16];

const drawn = (shape: number[], ...key: string[]): HostTensor<'float32'> => {
  const source = random('endure', ...key);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 0.1 * source.normal()) };
};

export interface Endurance {
  readonly engine: string;
  /** Of the first thousand steps after the first hundred, and of the last thousand; median milliseconds. */
  readonly early: number;
  readonly late: number;
  /** Resident memory after a tenth of the steps, after all, and after everything was disposed; bytes. */
  readonly tenth: number;
  readonly all: number;
  readonly disposed: number;
}

export async function endure(name: EngineName, steps: number): Promise<Endurance> {
  const engine = await openEngine(name, { threads: 2 });
  const compile = (which: string) =>
    engine.compile(
      ({ state, inputs }: { state: Record<'filter' | 'scale', tf.Tensor>; inputs: { images: tf.Tensor } }) => {
        const { value, gradients } = valueAndGrads(({ filter, scale }) => {
          const { y } = batchNormTraining(tf.conv2d(inputs.images as tf.Tensor4D, filter as tf.Tensor4D, 1, 1), scale as tf.Tensor1D, scale as tf.Tensor1D, 1e-5);
          return { value: tf.mean<tf.Scalar>(tf.square(tf.relu(y))), aux: {} };
        }, state);
        return { state: { filter: tf.sub(state.filter, tf.mul(gradients.filter, 0.01)), scale: tf.sub(state.scale, tf.mul(gradients.scale, 0.01)) }, outputs: { loss: value } };
      },
      { state: { filter: drawn([3, 3, CHANNELS, CHANNELS], which), scale: drawn([CHANNELS], which, 'scale') }, inputs: { images: float32([BATCH, SIDE, SIDE, CHANNELS]) } },
    );
  const pair = [await compile('one'), await compile('other')];
  const images = drawn([BATCH, SIDE, SIDE, CHANNELS], 'images');
  const times: number[] = [];
  let tenth = 0;
  for (let i = 0; i < steps; i++) {
    const before = performance.now();
    await pair[i % 2]!.run({ images });
    times.push(performance.now() - before);
    if (i === Math.floor(steps / 10)) tenth = memory();
  }
  const all = memory();
  for (const step of pair) await step.dispose();
  await engine.dispose();
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
  return { engine: name, early: median(times.slice(100, 1100)), late: median(times.slice(-1000)), tenth, all, disposed: memory() };
}

function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}
