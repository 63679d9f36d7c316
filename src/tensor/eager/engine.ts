/** Runs the function as it is on tfjs's own backend: slow, and the measure of the others. */
import * as tf from '@tensorflow/tfjs-core';
import { checkLeaves, type ExpectedLeaf } from '../check-leaves.ts';
import type { CompileOptions, Engine, Step } from '../engine.ts';
import { requirePrecision } from '../errors.ts';
import { fromTfjs, toTfjs } from '../tfjs.ts';
import type { HostTensor, TensorSpec, Tree } from '../host-tensor.ts';
import { trace, type AnyStepFunction } from '../trace/trace.ts';
import { leavesOf, mapTree } from '../tree.ts';
import { withBackend } from '../with-backend.ts';
import './kernels.ts';

const BACKEND = 'cpu';

export function openEager(): Engine {
  const engine = {
    name: 'eager',
    description: { engine: 'eager', version: tf.version_core, device: 'cpu', threads: 1 },
    compile: (
      fn: AnyStepFunction,
      specs: { state: Tree<HostTensor>; inputs: Tree<TensorSpec> },
      { precision = 'float32' }: CompileOptions = {},
    ) =>
      Promise.resolve().then(() => {
        requirePrecision('eager', precision, ['float32']);
        return compile(fn, specs);
      }),
    dispose: () => Promise.resolve(),
  };
  return engine as unknown as Engine;
}

type AnyCompiled = Step<Tree<HostTensor>, Tree<TensorSpec>, Tree<tf.Tensor>>;

function compile(fn: AnyStepFunction, specs: { state: Tree<HostTensor>; inputs: Tree<TensorSpec> }): AnyCompiled {
  // A function that cannot be compiled must fail here, too.
  trace(fn, specs);
  const expected = { inputs: expectedLeaves(specs.inputs), state: expectedLeaves(specs.state) };
  let state = mapTree(specs.state, copied);
  let disposed = false;
  const check = (): void => {
    if (disposed) throw new Error('Internal error: a disposed step was used.');
  };
  const step = {
    run: (inputs: Tree<HostTensor>) => {
      check();
      checkLeaves('input', expected.inputs, inputs);
      const result = runOnce(fn, state, inputs);
      state = result.state;
      return result.outputs;
    },
    readState: () => {
      check();
      return mapTree(state, copied);
    },
    writeState: (next: Tree<HostTensor>) => {
      check();
      checkLeaves('state', expected.state, next);
      state = mapTree(next, copied);
    },
    dispose: () => {
      disposed = true;
      state = {};
    },
  };
  return Object.fromEntries(
    Object.entries(step).map(([name, method]) => [
      name,
      (argument: never) => Promise.resolve().then(() => (method as (argument: never) => unknown)(argument)),
    ]),
  ) as unknown as AnyCompiled;
}

function runOnce(
  fn: AnyStepFunction,
  state: Tree<HostTensor>,
  inputs: Tree<HostTensor>,
): { state: Tree<HostTensor>; outputs: Tree<HostTensor> } {
  return withBackend(BACKEND, () => {
    const result = fn({ state: mapTree(state, toTfjs), inputs: mapTree(inputs, toTfjs) });
    return { state: mapTree(result.state, fromTfjs), outputs: mapTree(result.outputs, fromTfjs) };
  });
}

const copied = ({ dtype, shape, data }: HostTensor): HostTensor => ({ dtype, shape, data: data.slice() });

const expectedLeaves = (specs: Tree<TensorSpec>): ExpectedLeaf[] =>
  leavesOf(specs).map(({ path, leaf: { dtype, shape } }) => ({ path, dtype, shape }));
