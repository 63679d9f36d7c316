/** The tfjs backend `trace`: its kernels record nodes of a graph instead of computing. */
import * as tf from '@tensorflow/tfjs-core';
import { TraceError, describeTensor } from '../errors.ts';
import { dataOf, type Graph } from '../graph/graph.ts';
import type { Value } from '../graph/node.ts';
import type { DType } from '../host-tensor.ts';
import { callStack, callSiteOf, innermostOperation, operationName } from './call-site.ts';

export const TRACE = 'trace';

type Info = tf.TensorInfo;

class TraceBackend extends tf.KernelBackend {
  #graph: Graph | null = null;
  /** Values live as long as their tensors. */
  readonly #values = new WeakMap<object, Value>();

  get graph(): Graph {
    if (this.#graph === null) throw new Error(`Internal error: the backend "${TRACE}" was used outside of a trace.`);
    return this.#graph;
  }

  /** Records into `graph` while `body` runs. */
  record<T>(graph: Graph, body: () => T): T {
    if (this.#graph !== null)
      throw new TraceError(
        `A function that is being compiled compiles another one${callSiteOf(callStack())}. Compile them one after ` +
          'the other.',
      );
    this.#graph = graph;
    try {
      return body();
    } finally {
      this.#graph = null;
    }
  }

  tensor(value: Value): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.info(value), this);
  }

  info(value: Value): Info {
    const dataId = {};
    this.#values.set(dataId, value);
    return { dataId, shape: [...value.shape], dtype: value.dtype as tf.DataType };
  }

  /** The graph value of a tensor. A tensor from outside of the trace is a constant of the graph. */
  value(tensor: Info): Value {
    const known = this.#values.get(tensor.dataId);
    if (known === undefined)
      return this.graph.constant(tf.engine().readSync(tensor.dataId) as Float32Array, {
        shape: tensor.shape,
        dtype: tensor.dtype as DType,
      });
    if (this.graph.nodes[known.node.id] !== known.node) {
      throw new TraceError(
        `A tensor that was made while another function was traced is used${callSiteOf(callStack())}. Return ` +
          'tensors from the function instead of keeping them.',
      );
    }
    return known;
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    refuseDrawing();
    return this.info(this.graph.constant(values as Float32Array, { shape, dtype: dtype as DType })).dataId;
  }

  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType): void {
    this.#values.set(dataId, this.graph.constant(values as Float32Array, { shape, dtype: dtype as DType }));
  }

  override readSync(dataId: object): tf.BackendValues {
    const value = this.#values.get(dataId);
    const constant = value && dataOf(value);
    if (constant) return constant;
    throw new TraceError(
      `The value of a tensor (${value ? `${value.node.kernel}, ${describeTensor(value)}` : 'unknown'}) is ` +
        `read${callSiteOf(callStack())} while the function is traced. ` +
        'There are no values yet: compute with tensor operations (tf.where instead of if), or return the tensor ' +
        'as an output.',
    );
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous, refusing is not
  override async read(dataId: object): Promise<tf.BackendValues> {
    return this.readSync(dataId);
  }

  override numDataIds(): number {
    return 0;
  }
  override refCount(): number {
    return 1;
  }
  override incRef(): void {
    // Values need no counting: see #values.
  }
  override disposeData(): boolean {
    return true;
  }
  override dispose(): void {
    // Nothing is held.
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override timerAvailable(): boolean {
    return false;
  }
}

/** Numbers that tfjs draws become constants, and random ones are none. */
function refuseDrawing(): void {
  if (!/^(rand|truncatedNormal)/.test(innermostOperation() ?? '')) return;
  const stack = callStack();
  const operation = operationName(stack) ?? 'An operation';
  throw new TraceError(
    `${operation} draws numbers${callSiteOf(stack)} while the function is traced: every step would use the same ` +
      'ones. Draw them outside, and feed them as an input.',
  );
}

export const traceBackend = new TraceBackend();

/** Registers how a kernel is recorded. `values` turns the kernel's tensors into graph values. */
export function registerRecorder(
  kernelName: string,
  record: (
    graph: Graph,
    inputs: tf.NamedTensorInfoMap,
    attributes: Record<string, unknown>,
  ) => Value | readonly Value[],
): void {
  tf.registerKernel({
    kernelName,
    backendName: TRACE,
    kernelFunc: ({ inputs, attrs }) => {
      const recorded = record(traceBackend.graph, inputs, { ...attrs });
      return Array.isArray(recorded)
        ? (recorded as readonly Value[]).map((value) => traceBackend.info(value))
        : traceBackend.info(recorded as Value);
    },
  });
}

/** Registers a kernel that other kernels make up. */
export function registerComposite(
  kernelName: string,
  composite: (inputs: Record<string, tf.Tensor>, attributes: Record<string, unknown>) => tf.Tensor,
): void {
  tf.registerKernel({
    kernelName,
    backendName: TRACE,
    kernelFunc: ({ inputs, attrs }) => tf.tidy(() => composite(inputs as Record<string, tf.Tensor>, { ...attrs })),
  });
}

/** Registers an explanation in place of a kernel. */
export function registerRefusal(kernelName: string): void {
  tf.registerKernel({
    kernelName,
    backendName: TRACE,
    kernelFunc: () => {
      const stack = callStack();
      throw new TraceError(
        `${operationName(stack) ?? 'An operation'} needs the kernel "${kernelName}", which cannot be ` +
          `compiled${callSiteOf(stack)}. Write it with other operations, or add the kernel (docs/tensor.md, "Adding ` +
          'a kernel").',
      );
    },
  });
}
