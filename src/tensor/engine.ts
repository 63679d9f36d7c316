/**
 * The contract of every engine: a pure function in tfjs-core operations becomes a step that runs as one graph.
 * Implementations: xla/, tensorflow/, onnx/, eager/ (the oracle). `openEngine` in index.ts chooses.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { HostTensor, Replaced, TensorSpec, Tree } from './host-tensor.ts';

export type EngineName = 'xla' | 'tensorflow' | 'onnxruntime' | 'eager';

/**
 * How a step computes. `float32` is float32 everywhere.
 *
 * - `bfloat16`: convolutions, matrix products and what lies between them compute in bfloat16; weights, statistics,
 *   losses and updates stay in float32.
 * - `tf32`: everything is float32, and tensor cores of NVIDIA round the operands of products to TF32, with 10 bits of
 *   mantissa instead of 23. PyTorch does so in convolutions unless it is told otherwise.
 */
export type Precision = 'float32' | 'bfloat16' | 'tf32';

/**
 * A pure function: tfjs-core operations only, no reading of values, no randomness of its own. Every leaf of `state`
 * is returned with its shape and dtype. Inputs of dtype uint8 arrive as int32 tensors (tfjs has no uint8).
 */
export type StepFunction<S extends Tree<Tensor>, I extends Tree<Tensor>, O extends Tree<Tensor>> = (args: {
  state: S;
  inputs: I;
}) => {
  state: S;
  outputs: O;
};

export interface CompileOptions {
  /** For messages and profiles. */
  readonly name?: string;
  /** float32 where nothing is said. An engine that cannot compute in it refuses. */
  readonly precision?: Precision;
}

export interface Engine {
  readonly name: EngineName;
  /** For provenance: `{ engine: 'onnxruntime', version: '1.30.0', device: 'cpu', threads: 2, ... }`. */
  readonly description: Readonly<Record<string, string | number>>;

  /**
   * Traces `fn` once and compiles it. `state` are the initial values (copied); `inputs` the shapes of what each run is
   * fed. Throws TraceError (in the user's own code: place and remedy) when `fn` is not traceable.
   */
  compile<S extends Tree<HostTensor>, I extends Tree<TensorSpec>, O extends Tree<Tensor>>(
    fn: StepFunction<Replaced<S, HostTensor, Tensor> & Tree<Tensor>, Replaced<I, TensorSpec, Tensor> & Tree<Tensor>, O>,
    specs: { readonly state: S; readonly inputs: I },
    options?: CompileOptions,
  ): Promise<Step<S, I, O>>;

  dispose(): Promise<void>;
}

export interface Step<S, I, O> {
  /** One native call. Rejects with name, expected and found shape when an input does not fit. Calls may not overlap. */
  run(inputs: Replaced<I, TensorSpec, HostTensor>): Promise<Replaced<O, Tensor, HostTensor>>;
  /** A copy of the state as it is now, for checkpoints. */
  readState(): Promise<S>;
  /** Replaces the state; shapes and dtypes must fit. */
  writeState(state: S): Promise<void>;
  dispose(): Promise<void>;
}
