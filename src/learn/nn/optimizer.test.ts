import type * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { openEngine } from '../../tensor/index.ts';
import { float32, type HostTensor } from '../../tensor/host-tensor.ts';
import { initialOptimizerState, optimizerStep, type OptimizerState, type Optimizer } from './optimizer.ts';
import type { Variables } from './variables.ts';

const matrix = (...values: number[]): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape: [1, values.length],
  data: Float32Array.from(values),
});
const vector = (...values: number[]): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});

const FIRST = { weight: [0.5, -2], bias: [0.3, 1] };
const RATES = [0.1, 0.05, 0.2];
/** Gradients that differ in every step and entry. */
const gradientAt = (step: number) => ({ weight: [0.4 - step, 3 * step + 1], bias: [-0.7, 0.2 * step + 0.1] });

/** Three steps of the optimizer on the eager engine. */
async function run(optimizer: Optimizer) {
  const params: Variables<HostTensor<'float32'>> = { weight: matrix(...FIRST.weight), bias: vector(...FIRST.bias) };
  const engine = await openEngine('eager', { threads: 1 });
  const step = await engine.compile(
    ({
      state,
      inputs,
    }: {
      state: { params: Variables<tf.Tensor>; optimizerState: OptimizerState<tf.Tensor> };
      inputs: { weight: tf.Tensor; bias: tf.Tensor; learningRate: tf.Tensor };
    }) => ({
      state: optimizerStep(optimizer, state, { weight: inputs.weight, bias: inputs.bias }, inputs.learningRate),
      outputs: { learningRate: inputs.learningRate },
    }),
    {
      state: { params, optimizerState: initialOptimizerState(optimizer, params) },
      inputs: { weight: float32([1, 2]), bias: float32([2]), learningRate: float32([]) },
    },
  );
  for (const [index, learningRate] of RATES.entries()) {
    const { weight, bias } = gradientAt(index);
    await step.run({
      weight: matrix(...weight),
      bias: vector(...bias),
      learningRate: { dtype: 'float32', shape: [], data: Float32Array.of(learningRate) },
    });
  }
  const { params: last } = await step.readState();
  await engine.dispose();
  return { weight: Array.from(last.weight!.data), bias: Array.from(last.bias!.data) };
}

/** One number at a time, in double precision. */
function slowly(
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  one: (value: number, gradients: readonly number[]) => number,
): number[] {
  return start.map((value, i) =>
    one(
      value,
      gradients.map((gradient) => gradient[i]!),
    ),
  );
}

const steps = RATES.map((_, index) => gradientAt(index));
const expectClose = (found: number[], expected: number[]) => {
  expected.forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, 5);
  });
};

function slowSgd(momentum: number, nesterov: boolean, decay: number) {
  return (value: number, gradients: readonly number[]) => {
    let velocity = 0;
    gradients.forEach((gradient, index) => {
      const total = gradient + decay * value;
      velocity = momentum * velocity + total;
      value -= RATES[index]! * (nesterov ? total + momentum * velocity : velocity);
    });
    return value;
  };
}

test.each([
  { nesterov: false, weightDecay: 0.01 },
  { nesterov: true, weightDecay: 0.01 },
  { nesterov: false, weightDecay: 0 },
])(
  'SGD is the recurrence of PyTorch, and decays matrices alone: $nesterov $weightDecay',
  async ({ nesterov, weightDecay }) => {
    const { weight, bias } = await run({ name: 'sgd', momentum: 0.9, nesterov, weightDecay });
    expectClose(
      weight,
      slowly(
        FIRST.weight,
        steps.map((step) => step.weight),
        slowSgd(0.9, nesterov, weightDecay),
      ),
    );
    expectClose(
      bias,
      slowly(
        FIRST.bias,
        steps.map((step) => step.bias),
        slowSgd(0.9, nesterov, 0),
      ),
    );
  },
);

function slowAdamw(decay: number) {
  return (value: number, gradients: readonly number[]) => {
    let [first, second] = [0, 0];
    gradients.forEach((gradient, index) => {
      value -= RATES[index]! * decay * value;
      first = 0.9 * first + 0.1 * gradient;
      second = 0.999 * second + 0.001 * gradient ** 2;
      const [m, v] = [first / (1 - 0.9 ** (index + 1)), second / (1 - 0.999 ** (index + 1))];
      value -= (RATES[index]! * m) / (Math.sqrt(v) + 1e-8);
    });
    return value;
  };
}

test('AdamW is the recurrence of its paper, and decays matrices alone', async () => {
  const { weight, bias } = await run({ name: 'adamw', weightDecay: 0.05 });
  expectClose(
    weight,
    slowly(
      FIRST.weight,
      steps.map((step) => step.weight),
      slowAdamw(0.05),
    ),
  );
  expectClose(
    bias,
    slowly(
      FIRST.bias,
      steps.map((step) => step.bias),
      slowAdamw(0),
    ),
  );
});

test('LARS rescales matrices to their own length, and leaves vectors to plain momentum', async () => {
  const { weight, bias } = await run({ name: 'lars', momentum: 0.9, weightDecay: 0.05 });
  let value = [...FIRST.weight];
  let velocity = [0, 0];
  steps.forEach((step, index) => {
    const gradient = step.weight.map((entry, i) => entry + 0.05 * value[i]!);
    const trust = (0.001 * Math.hypot(...value)) / Math.hypot(...gradient);
    velocity = velocity.map((old, i) => 0.9 * old + RATES[index]! * trust * gradient[i]!);
    value = value.map((old, i) => old - velocity[i]!);
  });
  expectClose(weight, value);
  expectClose(
    bias,
    slowly(
      FIRST.bias,
      steps.map((step) => step.bias),
      (start, gradients) => {
        let moved = 0;
        return gradients.reduce(
          (now, gradient, index) => now - (moved = 0.9 * moved + RATES[index]! * gradient),
          start,
        );
      },
    ),
  );
});

test.each(['sgd', 'adamw', 'lars'] as const)(
  '%s leaves kept parameters to the bit, and moves the others as ever',
  async (name) => {
    const rule: Optimizer =
      name === 'adamw'
        ? { name, weightDecay: 0.01 }
        : name === 'sgd'
          ? { name, momentum: 0.9, nesterov: false, weightDecay: 0.01 }
          : { name, momentum: 0.9, weightDecay: 0.01 };
    const [all, some] = [await run(rule), await run({ ...rule, kept: ['bias'] })];
    expect(some.weight).toEqual(all.weight);
    expect(some.bias).toEqual(Array.from(Float32Array.from(FIRST.bias)));
    expect(all.bias).not.toEqual(some.bias);
  },
);
