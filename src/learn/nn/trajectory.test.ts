/** Optimizers, schedule and averages step by step against PyTorch and lightly (scripts/golden/torch_optimizers.py). */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, test } from 'vitest';
import type { HostTensor, Tree } from '../../tensor/host-tensor.ts';
import { toTfjs } from '../../tensor/index.ts';
import { mapTree } from '../../tensor/tree.ts';
import { emaUpdate, cosineMomentum } from './ema.ts';
import { initialOptimizerState, optimizerStep, type OptimizerState, type Optimizer } from './optimizer.ts';
import { scheduledLearningRate } from './schedule.ts';
import type { Variables } from './variables.ts';

interface Values {
  readonly weight: number[][];
  readonly bias: number[];
}
interface Trajectory {
  readonly weight: number[][];
  readonly bias: number[][];
  readonly rates: number[];
}
const golden = JSON.parse(readFileSync(new URL('golden/optimizers.json', import.meta.url), 'utf8')) as {
  start: Values;
  curvature: Values;
  slope: Values;
  steps: number;
  warmUp: number;
  rate: number;
  trajectories: Readonly<Record<string, Trajectory>>;
  average: { momenta: number[]; weight: number[][] };
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const tensors = ({ weight, bias }: Values): Variables<tf.Tensor> => ({
  weight: tf.tensor2d(weight),
  bias: tf.tensor1d(bias),
});

/** The gradient of every entry is curvature * value + slope * cos(step). */
function gradientsAt(step: number, params: Variables<tf.Tensor>): Variables<tf.Tensor> {
  const [curvature, slope] = [tensors(golden.curvature), tensors(golden.slope)];
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      tf.add(tf.mul(curvature[name]!, value), tf.mul(slope[name]!, Math.cos(step))),
    ]),
  );
}

/** Along the values themselves. */
const parallelAt = (step: number, params: Variables<tf.Tensor>): Variables<tf.Tensor> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, tf.mul(value, 1 + (step % 3))]));

function expectClose(found: tf.Tensor, wanted: readonly number[], what: string): void {
  found.dataSync().forEach((value, i) => {
    expect(Math.abs(value - wanted[i]!), `${what}, entry ${i}`).toBeLessThan(1e-5);
  });
}

const SGD = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 } as const;

test.each<[string, Optimizer, typeof gradientsAt]>([
  ['sgd', SGD, gradientsAt],
  ['sgd, decay', { ...SGD, weightDecay: 0.01 }, gradientsAt],
  ['sgd, decay, Nesterov', { ...SGD, nesterov: true, weightDecay: 0.01 }, gradientsAt],
  ['sgd, clipped', { ...SGD, clip: 2 }, gradientsAt],
  ['adamw', { name: 'adamw', weightDecay: 0 }, gradientsAt],
  ['adamw, decay', { name: 'adamw', weightDecay: 0.05 }, gradientsAt],
  ['lars, decay, parallel', { name: 'lars', momentum: 0.9, weightDecay: 0.05 }, parallelAt],
])('%s takes the steps of the reference', (name, optimizer, gradients) => {
  const wanted = golden.trajectories[name]!;
  let params = tensors(golden.start);
  let optimizerState = firstMemory(optimizer);
  for (let step = 0; step < golden.steps; step++) {
    ({ params, optimizerState } = optimizerStep(
      optimizer,
      { params, optimizerState },
      gradients(step, params),
      tf.scalar(wanted.rates[step]!),
    ));
    for (const part of ['weight', 'bias'] as const)
      expectClose(params[part]!, wanted[part][step]!, `${part} after step ${step + 1}`);
  }
});

test("the rate rises and falls as that of PyTorch's linear warm-up and cosine in sequence", () => {
  const { steps, warmUp, rate } = golden;
  golden.trajectories.sgd!.rates.forEach((wanted, step) => {
    expect(scheduledLearningRate(rate, { name: 'cosine', steps, warmupSteps: warmUp }, step)).toBeCloseTo(wanted, 8);
  });
});

test("averages follow, and their momentum rises, as lightly's do", () => {
  let current = tf.tensor2d(golden.start.weight);
  let average: Variables<tf.Tensor> = { weight: tf.tensor2d(golden.curvature.weight) };
  golden.average.momenta.forEach((momentum, step) => {
    expect(cosineMomentum(0.9, step, golden.steps)).toBeCloseTo(momentum, 8);
    average = emaUpdate(average, { weight: current }, tf.scalar(momentum));
    current = tf.mul(current, -0.9);
    expectClose(average.weight!, golden.average.weight[step]!, `the average after step ${step + 1}`);
  });
});

function firstMemory(optimizer: Optimizer): OptimizerState<tf.Tensor> {
  const host = (shape: number[]): HostTensor<'float32'> => ({
    dtype: 'float32',
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  return mapTree(
    initialOptimizerState(optimizer, { weight: host([2, 3]), bias: host([3]) }) as Tree<HostTensor>,
    toTfjs,
  ) as OptimizerState<tf.Tensor>;
}
