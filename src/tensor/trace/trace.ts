/** Runs a function on symbolic tensors and returns its operations as a program. */
import * as tf from '@tensorflow/tfjs-core';
import { TraceError, describeTensor, kindOf, sameShape } from '../errors.ts';
import { Graph } from '../graph/graph.ts';
import type { Spec, Value } from '../graph/node.ts';
import type { Program } from '../graph/program.ts';
import type { DType, TensorSpec, Tree } from '../host-tensor.ts';
import { leavesOf, mapTree } from '../tree.ts';
import { withBackend } from '../with-backend.ts';
import { TRACE, traceBackend } from './backend.ts';
import { registerTraceKernels } from './kernels.ts';

export interface Traced {
  readonly program: Program;
  /** The shapes of the step's trees, without their first values. */
  readonly forms: ResultSpecs;
}

export interface ResultSpecs {
  readonly state: Tree<TensorSpec>;
  readonly outputs: Tree<TensorSpec>;
}

export interface ArgumentSpecs {
  readonly state: Tree<TensorSpec>;
  readonly inputs: Tree<TensorSpec>;
}

/** A StepFunction of any trees. */
export type AnyStepFunction = (args: { readonly state: unknown; readonly inputs: unknown }) => {
  readonly state: Tree<tf.Tensor>;
  readonly outputs: Tree<tf.Tensor>;
};

/**
 * Throws TraceError when `fn` reads values, uses an operation that cannot be compiled, or does not return its state.
 */
export function trace(fn: AnyStepFunction, specs: ArgumentSpecs): Traced {
  register();
  const graph = new Graph();
  return withBackend(TRACE, () => traceBackend.record(graph, () => record(graph, fn, specs)));
}

function record(graph: Graph, fn: AnyStepFunction, { state, inputs }: ArgumentSpecs): Traced {
  const ends = { inputs: [] as { path: string; value: Value }[], state: [] as { path: string; value: Value }[] };
  const symbolic =
    (kernel: 'Input' | 'State', list: { path: string; value: Value }[]) =>
    ({ shape, dtype }: TensorSpec, path: string) => {
      const value = graph.one(kernel, [], { path, shape: [...shape], dtype });
      list.push({ path, value });
      // tfjs has no uint8.
      return traceBackend.tensor(dtype === 'uint8' ? graph.one('Cast', [value], { dtype: 'int32' }) : value);
    };
  const args = {
    state: mapTree(state, symbolic('State', ends.state)),
    inputs: mapTree(inputs, symbolic('Input', ends.inputs)),
  };
  const result = checkReturned(fn(args));
  const outputs: { path: string; value: Value }[] = [];
  const form = mapTree(result.outputs, (tensor, path): TensorSpec => {
    outputs.push({ path, value: traceBackend.value(tensor) });
    return { shape: [...tensor.shape], dtype: tensor.dtype as DType };
  });
  const next = nextState(ends.state, result.state);
  if (next.length === 0 && outputs.length === 0)
    throw new TraceError(
      'The function returns no state and no outputs: there is nothing to compute. Return the wanted tensors as { ' +
        'state, outputs }.',
    );
  return {
    program: { graph, inputs: ends.inputs, state: next, outputs },
    forms: { state: mapTree(state, ({ shape, dtype }): TensorSpec => ({ shape, dtype })), outputs: form },
  };
}

/** Checks the result of a caller without types. */
function checkReturned(result: ReturnType<AnyStepFunction>): ReturnType<AnyStepFunction> {
  const found = nonTensorsIn(result);
  const promises = found.filter(({ stranger }) => stranger instanceof Promise);
  // They wait for values and fail like all reading. Unhandled rejections would end the process.
  for (const { stranger } of promises) (stranger as Promise<unknown>).catch(() => undefined);
  const [first] = [...promises, ...found];
  if (first !== undefined) {
    const what = first.path === '' ? '' : ` as "${first.path}"`;
    if (first.stranger instanceof Promise)
      throw new TraceError(
        `The function returns a promise${what}. Tensors have no values while the function is traced, so it cannot ` +
          'wait for them: use synchronous operations.',
      );
    throw new TraceError(
      `The function returns ${kindOf(first.stranger)}${what}. Return { state, outputs }, both records of tensors.`,
    );
  }
  for (const part of ['state', 'outputs'])
    if (!(part in result))
      throw new TraceError(`The function returns no ${part}. Return { state, outputs }, both records of tensors.`);
  return result;
}

/** Values in a tree that are no tensors and no records, with their paths. */
function nonTensorsIn(tree: unknown, path = ''): { path: string; stranger: unknown }[] {
  if (tree instanceof tf.Tensor) return path === '' ? [{ path, stranger: tree }] : [];
  if (
    typeof tree !== 'object' ||
    tree === null ||
    ![Object.prototype, null].includes(Object.getPrototypeOf(tree) as object | null)
  )
    return [{ path, stranger: tree }];
  return Object.entries(tree).flatMap(([key, branch]) => nonTensorsIn(branch, path === '' ? key : `${path}/${key}`));
}

function nextState(state: readonly { path: string; value: Value }[], returned: Tree<tf.Tensor>): Program['state'] {
  const next = new Map(leavesOf(returned).map(({ path, leaf }) => [path, traceBackend.value(leaf)]));
  const paired = state.map(({ path, value }) => ({ path, value, next: checkNext(path, value, next.get(path)) }));
  const known = new Set(state.map(({ path }) => path));
  const unknown = [...next.keys()].filter((path) => !known.has(path));
  if (unknown.length > 0)
    throw new TraceError(
      `The function returns the state "${unknown.join('", "')}", which is not in its arguments. Add it to the ` +
        'initial state, or return it as an output.',
    );
  return paired;
}

function checkNext(path: string, value: Spec, next: Value | undefined): Value {
  if (next === undefined)
    throw new TraceError(
      `The function does not return the state "${path}". Return every leaf of the state, changed or not.`,
    );
  if (next.dtype !== value.dtype || !sameShape(next.shape, value.shape))
    throw new TraceError(
      `The function returns the state "${path}" as ${describeTensor(next)}, but it was given as ` +
        `${describeTensor(value)}.`,
    );
  return next;
}

let isRegistered = false;

function register(): void {
  if (isRegistered) return;
  tf.registerBackend(TRACE, () => traceBackend, 0 /* never chosen automatically */);
  registerTraceKernels();
  isRegistered = true;
}
