/** A compiled step on ONNX Runtime: one native call, with the state in buffers that change places. */
import * as ort from '#onnxruntime';
import { checkLeaves } from '../check-leaves.ts';
import { zeros } from '../graph/graph.ts';
import type { Numbers } from '../graph/node.ts';
import { sizeOf, type HostTensor, type TensorSpec, type Tree } from '../host-tensor.ts';
import { asMemoryError } from '../memory-error.ts';
import type { ResultSpecs } from '../trace/trace.ts';
import { mapTree } from '../tree.ts';
import { runInPlace } from './in-place.ts';
import { rearrangeValues } from './layout.ts';
import type { Lowered, Port, StatePort } from './lower.ts';

export class OnnxStep {
  readonly #session: ort.InferenceSession;
  readonly #lowered: Omit<Lowered, 'model'>;
  readonly #forms: ResultSpecs;
  readonly #onDisposed: () => void;
  readonly #feeds: Record<string, ort.Tensor> = {};
  readonly #fetches: Record<string, ort.Tensor> = {};
  #status: 'idle' | 'running' | 'disposed' = 'idle';

  constructor(
    session: ort.InferenceSession,
    lowered: Omit<Lowered, 'model'>,
    forms: ResultSpecs,
    onDisposed: () => void,
  ) {
    this.#session = session;
    this.#lowered = lowered;
    this.#forms = forms;
    this.#onDisposed = onDisposed;
    for (const port of lowered.state) {
      this.#feeds[port.name] = emptyTensor(port);
      if (port.next !== null) this.#fetches[port.next] = emptyTensor(port);
    }
    for (const port of lowered.outputs) this.#fetches[port.name] = emptyTensor(port);
  }

  async run(inputs: Tree<HostTensor>): Promise<Tree<HostTensor>> {
    this.#expectIdle();
    for (const [port, { data }] of checkLeaves('input', this.#lowered.inputs, inputs))
      this.#feeds[port.name] = tensorOf(port, data);
    this.#status = 'running';
    try {
      if (Object.keys(this.#fetches).length > 0) await runInPlace(this.#session, this.#feeds, this.#fetches);
    } catch (error) {
      throw asMemoryError(error, this.#lowered.inputs);
    } finally {
      this.#status = 'idle';
    }
    for (const { name, next } of this.#lowered.state) {
      if (next !== null) [this.#feeds[name], this.#fetches[next]] = [this.#fetches[next]!, this.#feeds[name]!];
    }
    return this.#tree(this.#forms.outputs, this.#lowered.outputs, ({ name }) =>
      (this.#fetches[name]!.data as Numbers).slice(),
    );
  }

  readState(): Promise<Tree<HostTensor>> {
    this.#expectIdle();
    return Promise.resolve(
      this.#tree(this.#forms.state, this.#lowered.state, (port) =>
        rearrangeValues(this.#feeds[port.name]!.data as Numbers, port.arrangement, 'out of'),
      ),
    );
  }

  writeState(state: Tree<HostTensor>): Promise<void> {
    return Promise.resolve().then(() => {
      this.#expectIdle();
      for (const [{ name, arrangement }, { data }] of checkLeaves('state', this.#lowered.state, state))
        (this.#feeds[name]!.data as Numbers).set(rearrangeValues(data, arrangement, 'into'));
    });
  }

  async dispose(): Promise<void> {
    if (this.#status === 'disposed') return;
    this.#expectIdle();
    this.#status = 'disposed';
    await this.#session.release();
    for (const tensors of [this.#feeds, this.#fetches])
      for (const name of Object.keys(tensors)) Reflect.deleteProperty(tensors, name);
    this.#onDisposed();
  }

  #tree<P extends Port | StatePort>(
    form: Tree<TensorSpec>,
    ports: readonly P[],
    read: (port: P) => Numbers,
  ): Tree<HostTensor> {
    const byPath = new Map(ports.map((port) => [port.path, port]));
    return mapTree(form, ({ dtype, shape }, path) => ({ dtype, shape: [...shape], data: read(byPath.get(path)!) }));
  }

  #expectIdle(): void {
    if (this.#status !== 'idle') throw new Error(`Internal error: a step was used while it was ${this.#status}.`);
  }
}

const emptyTensor = (port: Port): ort.Tensor => tensorOf(port, zeros(port.dtype, sizeOf(port.shape)));

const tensorOf = ({ dtype, arrangement }: Port, data: Numbers): ort.Tensor =>
  new ort.Tensor(dtype, data as Uint8Array, [...arrangement.declared]);
