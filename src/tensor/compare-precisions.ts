/**
 * Times a convolution and its gradients in float32 and bfloat16. The faster one depends on the processor: without units
 * for bfloat16 (AMX on Intel), it converts and computes in float32.
 */
import * as tf from '@tensorflow/tfjs-core';
import { random } from '../util/random.ts';
import { valueAndGrads } from './differentiate.ts';
import type { Engine, Precision } from './engine.ts';
import { PrecisionError } from './errors.ts';
import { sizeOf, type HostTensor } from './host-tensor.ts';

/** Seconds of one step, the best of several that take turns. */
export type PrecisionTimes = Readonly<Record<'float32' | 'bfloat16', number>>;

/** A layer in the middle of ResNet-18 at 64 px, batch 32. */
const IMAGES = [32, 8, 8, 128] as const;
const FILTER = [3, 3, 128, 128] as const;
const TURNS = 8;
const MOST_MS = 2000;

/** Undefined: the engine has no bfloat16. */
export async function comparePrecisions(engine: Engine): Promise<PrecisionTimes | undefined> {
  const float32 = await compileConvolution(engine, 'float32');
  const bfloat16 = await compileConvolution(engine, 'bfloat16').catch((error: unknown) => {
    if (error instanceof PrecisionError) return undefined;
    throw error;
  });
  if (bfloat16 === undefined) {
    await float32.dispose();
    return undefined;
  }
  const steps = { float32, bfloat16 };
  const best = { float32: Infinity, bfloat16: Infinity };
  const began = performance.now();
  for (let turn = 0; turn < TURNS && (turn === 0 || performance.now() - began < MOST_MS); turn++)
    for (const precision of ['float32', 'bfloat16'] as const) {
      const start = performance.now();
      await steps[precision].run(inputs);
      best[precision] = Math.min(best[precision], (performance.now() - start) / 1000);
    }
  for (const step of Object.values(steps)) await step.dispose();
  return best;
}

const drawn = (name: string, shape: readonly number[], deviation: number): HostTensor<'float32'> => {
  const source = random('compare precisions', name);
  return {
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => deviation * source.normal()),
  };
};

const inputs = { images: drawn('images', IMAGES, 1) };

const compileConvolution = (engine: Engine, precision: Precision) =>
  engine.compile(
    ({ state, inputs: { images } }: { state: { filter: tf.Tensor }; inputs: { images: tf.Tensor } }) => {
      const { value, gradients } = valueAndGrads(
        ({ filter, seen }) => {
          const found = tf.conv2d(seen as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
          return { value: tf.mean<tf.Scalar>(tf.square(found)), aux: {} };
        },
        { ...state, seen: images },
      );
      const filter = tf.sub(state.filter, tf.mul(gradients.filter, 1e-3));
      return { state: { filter }, outputs: { loss: value, reached: tf.sum(gradients.seen) } };
    },
    { state: { filter: drawn('filter', FILTER, 0.03) }, inputs: { images: { dtype: 'float32', shape: [...IMAGES] } } },
    { name: 'convolution', precision },
  );
