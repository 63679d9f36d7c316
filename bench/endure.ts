/**
 * The program of bench/endure.mjs: two compiled steps beside each other on one engine for many steps; and steps
 * compiled and disposed of, many times.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  batchNormTraining,
  float32,
  openEngine,
  valueAndGrads,
  type Engine,
  type EngineName,
  type HostTensor,
} from '../src/tensor/index.ts';
import { random } from '../src/util/random.ts';

const [BATCH, SIDE] = [16, 8];
const CHANNELS = 16;
const MANY_CHANNELS = 256;
/** The size of the state with so many channels: a cycle that did not free it would keep these bytes. */
export const STATE_BYTES = 4 * (3 * 3 * MANY_CHANNELS * MANY_CHANNELS + MANY_CHANNELS);

const drawn = (shape: number[], ...key: string[]): HostTensor<'float32'> => {
  const source = random('endure', ...key);
  return {
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 0.1 * source.normal()),
  };
};

const images = (channels: number) => ({ images: drawn([BATCH, SIDE, SIDE, channels], 'images') });

export interface Endurance {
  readonly engine: string;
  /** The median milliseconds of the first thousand steps after the first hundred, and of the last thousand. */
  readonly early: number;
  readonly late: number;
  /** Resident memory after a tenth of the steps, after all, and after everything was disposed; bytes. */
  readonly tenth: number;
  readonly all: number;
  readonly disposed: number;
}

export async function endure(name: EngineName, steps: number): Promise<Endurance> {
  const engine = await openEngine(name, { threads: 2 });
  const pair = [await compile(engine, 'one', CHANNELS), await compile(engine, 'other', CHANNELS)];
  const inputs = images(CHANNELS);
  const times: number[] = [];
  let tenth = 0;
  for (let i = 0; i < steps; i++) {
    const before = performance.now();
    await pair[i % 2]!.run(inputs);
    times.push(performance.now() - before);
    if (i === Math.floor(steps / 10)) tenth = memory();
  }
  const all = memory();
  for (const step of pair) await step.dispose();
  await engine.dispose();
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
  return {
    engine: name,
    early: median(times.slice(100, 1100)),
    late: median(times.slice(-1000)),
    tenth,
    all,
    disposed: memory(),
  };
}

/** Resident bytes after each tenth of `cycles` in which a step was compiled, run once and disposed of. */
export async function recompile(name: EngineName, cycles: number): Promise<readonly number[]> {
  const engine = await openEngine(name, { threads: 2 });
  const inputs = images(MANY_CHANNELS);
  const resident: number[] = [];
  for (let i = 1; i <= cycles; i++) {
    const step = await compile(engine, 'again', MANY_CHANNELS);
    await step.run(inputs);
    await step.dispose();
    if (i % Math.ceil(cycles / 10) === 0) resident.push(memory());
  }
  await engine.dispose();
  return resident;
}

function compile(engine: Engine, which: string, channels: number) {
  return engine.compile(
    ({ state, inputs }: { state: Record<'filter' | 'scale', tf.Tensor>; inputs: { images: tf.Tensor } }) => {
      const { value, gradients } = valueAndGrads(({ filter, scale }) => {
        const { y } = batchNormTraining(
          tf.conv2d(inputs.images as tf.Tensor4D, filter as tf.Tensor4D, 1, 1),
          scale as tf.Tensor1D,
          scale as tf.Tensor1D,
          1e-5,
        );
        return { value: tf.mean<tf.Scalar>(tf.square(tf.relu(y))), aux: {} };
      }, state);
      return {
        state: {
          filter: tf.sub(state.filter, tf.mul(gradients.filter, 0.01)),
          scale: tf.sub(state.scale, tf.mul(gradients.scale, 0.01)),
        },
        outputs: { loss: value },
      };
    },
    {
      state: { filter: drawn([3, 3, channels, channels], which), scale: drawn([channels], which, 'scale') },
      inputs: { images: float32([BATCH, SIDE, SIDE, channels]) },
    },
  );
}

function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}
