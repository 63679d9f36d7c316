/** Proves an engine on this machine: a few training steps of a small network, against the oracle. */
import * as tf from '@tensorflow/tfjs-core';
import { random } from '../util/random.ts';
import { batchNormTraining } from './batch-norm.ts';
import { valueAndGrads } from './differentiate.ts';
import { openEager } from './eager/engine.ts';
import type { Engine } from './engine.ts';
import { float32, int32, sizeOf, type HostTensor } from './host-tensor.ts';
import { leavesOf } from './tree.ts';

export interface EngineCheck {
  /** The largest difference between the weights after the steps, relative to the largest weight. */
  readonly difference: number;
  readonly agrees: boolean;
  readonly secondsToCompile: number;
  readonly steps: number;
}

const STEPS = 3;
/** float32 keeps about seven digits; three steps through two normalisations cost two or three of them. */
const TOLERANCE = 1e-3;

const BATCH = 8;
const SIDE = 12;
const CHANNELS = 16;
const CLASSES = 4;

export async function checkEngine(engine: Engine): Promise<EngineCheck> {
  const started = performance.now();
  const step = await compileStep(engine);
  const secondsToCompile = (performance.now() - started) / 1000;
  const oracle = await compileStep(openEager());
  for (let i = 0; i < STEPS; i++) for (const each of [step, oracle]) await each.run(inputs);
  const difference = largestDifference(await step.readState(), await oracle.readState());
  for (const each of [step, oracle]) await each.dispose();
  return { difference, agrees: difference < TOLERANCE, secondsToCompile, steps: STEPS };
}

type Weights<T> = Readonly<Record<'stem' | 'block' | 'scale' | 'offset' | 'head', T>>;

const drawn = (name: string, shape: readonly number[], deviation: number, mean = 0): HostTensor<'float32'> => {
  const source = random('check', name);
  return {
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => mean + deviation * source.normal()),
  };
};

const weights: Weights<HostTensor<'float32'>> = {
  stem: drawn('stem', [3, 3, 3, CHANNELS], 0.2),
  block: drawn('block', [3, 3, CHANNELS, CHANNELS], 0.1),
  scale: drawn('scale', [CHANNELS], 0.1, 1),
  offset: drawn('offset', [CHANNELS], 0.1),
  head: drawn('head', [CHANNELS, CLASSES], 0.2),
};

const inputs = {
  images: drawn('images', [BATCH, SIDE, SIDE, 3], 1),
  labels: { dtype: 'int32' as const, shape: [BATCH], data: Int32Array.from({ length: BATCH }, (_, i) => i % CLASSES) },
};

interface Batch<T> {
  readonly images: T;
  readonly labels: T;
}

/**
 * Convolutions with and without stride, normalization, a residual, a pool, cross entropy and plain gradient descent.
 */
function descend({ state, inputs: { images, labels } }: { state: Weights<tf.Tensor>; inputs: Batch<tf.Tensor> }) {
  const { value, gradients } = valueAndGrads((w) => {
    const norm = (x: tf.Tensor4D): tf.Tensor4D =>
      batchNormTraining(x, w.scale as tf.Tensor1D, w.offset as tf.Tensor1D, 1e-5).y;
    const stem = tf.relu(norm(tf.conv2d(images as tf.Tensor4D, w.stem as tf.Tensor4D, 2, 1)));
    const pooled = tf.maxPool(tf.add<tf.Tensor4D>(stem, norm(tf.conv2d(stem, w.block as tf.Tensor4D, 1, 1))), 3, 2, 1);
    const logits = tf.matMul(tf.mean(tf.relu(pooled), [1, 2]), w.head);
    const wanted = tf.oneHot(labels, CLASSES, 1, 0, 'float32');
    return { value: tf.neg<tf.Scalar>(tf.mean(tf.sum(tf.mul(wanted, tf.logSoftmax(logits)), 1))), aux: {} };
  }, state);
  const next = Object.fromEntries(
    Object.entries(state).map(([name, weight]) => [
      name,
      tf.sub(weight, tf.mul(gradients[name as keyof typeof gradients], 0.1)),
    ]),
  ) as unknown as Weights<tf.Tensor>;
  return { state: next, outputs: { loss: value } };
}

/** The step of the check, as engines that compile ahead of time need it. */
export const CHECK_STEP = {
  fn: descend,
  specs: { state: weights, inputs: { images: float32([BATCH, SIDE, SIDE, 3]), labels: int32([BATCH]) } },
  /** Convolutions, and their gradients; images have none. */
  convolutions: 5,
};

const compileStep = (engine: Engine) => engine.compile(CHECK_STEP.fn, CHECK_STEP.specs);

function largestDifference(found: Weights<HostTensor<'float32'>>, expected: Weights<HostTensor<'float32'>>): number {
  const expectedLeaves = new Map(leavesOf(expected).map(({ path, leaf }) => [path, leaf]));
  let [most, scale] = [0, 0];
  for (const { path, leaf } of leavesOf(found)) {
    leaf.data.forEach((value, i) => {
      const wanted = expectedLeaves.get(path)!.data[i]!;
      most = Math.max(most, Math.abs(value - wanted));
      scale = Math.max(scale, Math.abs(wanted));
    });
  }
  return most / scale;
}
