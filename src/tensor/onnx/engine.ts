/** The engine `onnxruntime`: one session per step, one call per run, state in preallocated tensors that change places. */
import type { Tensor } from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import type { CompileOptions, Engine, Step } from '../engine.ts';
import { checkNames, checkTensor } from '../errors.ts';
import { sizeOf, type DataTypes, type DType, type HostTensor, type Replaced, type TensorSpec, type Tree } from '../host-tensor.ts';
import { simplify } from '../passes/simplify.ts';
import { trace, type AnyStep as Traceable } from '../trace/trace.ts';
import { leavesOf, mapTree } from '../tree.ts';
import { lower, type Lowered } from './lower.ts';

export function openOnnxruntime({ threads }: { readonly threads: number }): Engine {
  return {
    name: 'onnxruntime',
    description: { engine: 'onnxruntime', version: ort.env.versions.node ?? ort.env.versions.common, device: 'cpu', threads },
    compile: (fn, specs, options) => compile(threads, fn as unknown as Traceable, specs, options) as never,
    dispose: () => Promise.resolve(),
  };
}

async function compile(threads: number, fn: Traceable, specs: { state: Tree<HostTensor>; inputs: Tree<TensorSpec> }, options: CompileOptions = {}): Promise<OnnxStep> {
  const { program, outputs } = trace(fn, specs);
  const lowered = lower(simplify(simplify(program)));
  const session = await ort.InferenceSession.create(lowered.model, {
    intraOpNumThreads: threads,
    logId: options.name ?? 'step',
    logSeverityLevel: 3,
    enableMemPattern: false,
    // Threads that spin while they wait take the processor from the stages beside them.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return new OnnxStep(session, lowered, specs, outputs);
}

interface Cell {
  current: ort.Tensor;
  next: ort.Tensor;
}

class OnnxStep implements Step<Tree<HostTensor>, Tree<TensorSpec>, Tree<Tensor>> {
  readonly #session: ort.InferenceSession;
  readonly #lowered: Lowered;
  readonly #inputs: ReadonlyMap<string, TensorSpec>;
  readonly #stateTree: Tree<HostTensor>;
  readonly #outputs: Tree<TensorSpec>;
  readonly #cells = new Map<string, Cell>();
  #running = false;

  constructor(session: ort.InferenceSession, lowered: Lowered, { state, inputs }: { state: Tree<HostTensor>; inputs: Tree<TensorSpec> }, outputs: Tree<TensorSpec>) {
    this.#session = session;
    this.#lowered = lowered;
    this.#inputs = new Map(leavesOf(inputs).map(({ path, leaf }) => [path, leaf]));
    this.#stateTree = state;
    this.#outputs = outputs;
    for (const { path, leaf } of leavesOf(state)) this.#cells.set(path, { current: tensorOf(leaf, leaf.data.slice()), next: tensorOf(leaf, leaf.data.slice()) });
  }

  async run(given: Tree<HostTensor>): Promise<Replaced<Tree<Tensor>, Tensor, HostTensor>> {
    if (this.#running) throw new Error('Internal error: a step is run while it is running.');
    this.#running = true;
    try {
      const feeds = this.#feeds(given);
      const fetches: Record<string, ort.Tensor | null> = {};
      for (const name of this.#lowered.outputs.values()) fetches[name] = null;
      for (const [path, { to }] of this.#lowered.state) fetches[to] = this.#cells.get(path)!.next;
      const results = await this.#session.run(feeds, fetches);
      for (const cell of this.#cells.values()) [cell.current, cell.next] = [cell.next, cell.current];
      return mapTree(this.#outputs, ({ dtype, shape }: TensorSpec, path) => ({ dtype, shape, data: results[this.#lowered.outputs.get(path)!]!.data as DataTypes[DType] })) as never;
    } finally {
      this.#running = false;
    }
  }

  readState(): Promise<Tree<HostTensor>> {
    return Promise.resolve(mapTree(this.#stateTree, ({ dtype, shape }: HostTensor, path) => ({ dtype, shape, data: (this.#cells.get(path)!.current.data as DataTypes[DType]).slice() as DataTypes[DType] })));
  }

  writeState(state: Tree<HostTensor>): Promise<void> {
    const given = new Map(leavesOf(state).map(({ path, leaf }) => [path, leaf]));
    checkNames('state', this.#cells.keys(), given.keys());
    for (const { path, leaf } of leavesOf(this.#stateTree)) {
      const value = given.get(path);
      checkTensor(`state "${path}"`, leaf, value);
      (this.#cells.get(path)!.current.data as Float32Array).set(value!.data as Float32Array);
    }
    return Promise.resolve();
  }

  async dispose(): Promise<void> {
    this.#cells.clear();
    await this.#session.release();
  }

  #feeds(given: Tree<HostTensor>): Record<string, ort.Tensor> {
    const tensors = new Map(leavesOf(given).map(({ path, leaf }) => [path, leaf]));
    checkNames('input', this.#inputs.keys(), tensors.keys());
    const feeds: Record<string, ort.Tensor> = {};
    for (const [path, spec] of this.#inputs) {
      const tensor = tensors.get(path);
      checkTensor(`input "${path}"`, spec, tensor);
      feeds[this.#lowered.inputs.get(path)!] = tensorOf(spec, tensor!.data);
    }
    for (const [path, { from }] of this.#lowered.state) feeds[from] = this.#cells.get(path)!.current;
    return feeds;
  }
}

function tensorOf({ dtype, shape }: TensorSpec, data: DataTypes[DType]): ort.Tensor {
  if (data.length !== sizeOf(shape)) throw new Error(`Internal error: ${data.length} values for the shape [${shape.join(', ')}].`);
  return new ort.Tensor(dtype, data, shape);
}

