/** Runs functions on several engines with the same seeded values and compares their results. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { random } from '../util/random.ts';
import { openEager } from './eager/engine.ts';
import type { Engine } from './engine.ts';
import { sizeOf, type HostTensor, type TensorSpec, type Tree } from './host-tensor.ts';
import { openOnnxruntime } from './onnx/engine.ts';
import { openTestEngine, testedEngines } from './test-engines.test-support.ts';
import { leavesOf } from './tree.ts';

const [tensorflow, xla] = [testedEngines('tensorflow'), testedEngines('xla')];

/** The engines that must agree: the oracle, both ways of ONNX Runtime, and the engines that tests are run on here. */
export const engines = {
  ...(tensorflow.length > 0 && { tensorflow: await openTestEngine('tensorflow') }),
  ...(xla.length > 0 && { xla: await openTestEngine('xla') }),
  eager: openEager(),
  standard: await openOnnxruntime({ threads: 1, blocked: false }),
  blocked: await openOnnxruntime({ threads: 1 }),
};

export type Make = (inputs: Record<string, tf.Tensor>) => tf.Tensor | readonly tf.Tensor[];

/** Floats are normal, integers below `below`, truths even. */
export interface Drawn extends TensorSpec {
  readonly below?: number;
}

export function draw({ dtype, shape, below = 4 }: Drawn, ...key: (string | number)[]): HostTensor {
  const source = random('agreement', ...key);
  const draws = Array.from({ length: sizeOf(shape) }, () =>
    dtype === 'float32' ? source.normal() : source.integer(dtype === 'bool' ? 2 : below),
  );
  const data =
    dtype === 'float32'
      ? Float32Array.from(draws)
      : dtype === 'int32'
        ? Int32Array.from(draws)
        : Uint8Array.from(draws);
  return { dtype, shape, data };
}

/** One run of a function without state. */
export async function evaluate(
  engine: Engine,
  make: Make,
  inputs: Readonly<Record<string, HostTensor>>,
): Promise<HostTensor[]> {
  const step = await engine.compile(
    (args: { state: Tree<tf.Tensor>; inputs: Tree<tf.Tensor> }) => {
      const made = make(args.inputs as Record<string, tf.Tensor>);
      return {
        state: {},
        outputs: Object.fromEntries(
          (Array.isArray(made) ? made : [made]).map((tensor: tf.Tensor, i) => [`${i}`, tensor]),
        ),
      };
    },
    {
      state: {},
      inputs: Object.fromEntries(Object.entries(inputs).map(([name, { dtype, shape }]) => [name, { dtype, shape }])),
    },
  );
  try {
    return leavesOf((await step.run(inputs)) as Tree<HostTensor>).map(({ leaf }) => leaf);
  } finally {
    await step.dispose();
  }
}

/** Every engine agrees with the eager one; `tolerance` relative to the largest value. */
export async function expectAgreement(
  make: Make,
  specs: Readonly<Record<string, Drawn>>,
  { tolerance = 2e-5, seed = 0 } = {},
): Promise<void> {
  const inputs = Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, draw(spec, name, seed)]));
  const expected = await evaluate(engines.eager, make, inputs);
  for (const [name, engine] of Object.entries(engines))
    if (name !== 'eager') expectClose(await evaluate(engine, make, inputs), expected, name, tolerance);
}

export function expectClose(
  found: readonly HostTensor[],
  expected: readonly HostTensor[],
  name: string,
  tolerance: number,
): void {
  expect(found.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
    expected.map(({ dtype, shape }) => ({ dtype, shape })),
  );
  expected.forEach(({ data }, i) => {
    const scale = Array.from(data).reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      1,
    );
    const worst = Array.from(data).reduce(
      (most, value, at) => Math.max(most, difference(value, found[i]!.data[at]!)),
      0,
    );
    expect(worst / scale, `${name}, output ${i}, of at most ${scale}`).toBeLessThan(tolerance);
  });
}

const difference = (a: number, b: number): number =>
  Object.is(a, b) || a === b ? 0 : Number.isNaN(a - b) ? Infinity : Math.abs(a - b);

/** A function's value and its gradients for the named inputs, weighted so that every element counts differently. */
export function withGradients(make: (inputs: Record<string, tf.Tensor>) => tf.Tensor, names: readonly string[]): Make {
  return (inputs) => {
    const loss = (...variables: tf.Tensor[]): tf.Scalar => {
      const y = make({ ...inputs, ...Object.fromEntries(names.map((name, i) => [name, variables[i]!])) });
      const weights = tf.tensor(
        Float32Array.from({ length: y.size }, (_, i) => Math.cos(i)),
        y.shape,
      );
      return tf.sum(tf.mul(y, weights));
    };
    return [make(inputs), ...tf.grads(loss)(names.map((name) => inputs[name]!))];
  };
}
