/** A compiled step on TensorFlow: one call of a session, with the state in its variables. */
import { checkLeaves } from '../check-leaves.ts';
import type { Numbers } from '../graph/node.ts';
import type { HostTensor, TensorSpec, Tree } from '../host-tensor.ts';
import { asMemoryError } from '../memory-error.ts';
import type { ResultSpecs } from '../trace/trace.ts';
import { mapTree } from '../tree.ts';
import type { Binding, SessionId, TensorId } from './binding.ts';
import type { Edge } from './graph-def.ts';
import type { Lowered, Port } from './lower.ts';

export class TensorflowStep {
  readonly #binding: Binding;
  readonly #session: SessionId;
  readonly #lowered: Omit<Lowered, 'graph'>;
  readonly #forms: ResultSpecs;
  readonly #onDisposed: () => void;
  #disposed = false;

  constructor(
    binding: Binding,
    session: SessionId,
    lowered: Omit<Lowered, 'graph'>,
    forms: ResultSpecs,
    onDisposed: () => void,
  ) {
    this.#binding = binding;
    this.#session = session;
    this.#lowered = lowered;
    this.#forms = forms;
    this.#onDisposed = onDisposed;
  }

  run(inputs: Tree<HostTensor>): Promise<Tree<HostTensor>> {
    return this.#promise(() => {
      const { inputs: ports, outputs, stepped } = this.#lowered;
      const fetches = outputs.length === 0 ? [stepped] : outputs.map(({ edge }) => edge);
      const data = this.#call(
        checkLeaves('input', ports, inputs).map(([, tensor]) => tensor),
        ports.map(({ edge }) => edge),
        fetches,
      );
      return this.#tree(this.#forms.outputs, outputs, data);
    });
  }

  readState(): Promise<Tree<HostTensor>> {
    return this.#promise(() => {
      const { state } = this.#lowered;
      return this.#tree(
        this.#forms.state,
        state,
        state.length === 0
          ? []
          : this.#call(
              [],
              [],
              state.map(({ edge }) => edge),
            ),
      );
    });
  }

  writeState(state: Tree<HostTensor>): Promise<void> {
    return this.#promise(() => {
      const { state: ports, written } = this.#lowered;
      this.#call(
        checkLeaves('state', ports, state).map(([, tensor]) => tensor),
        ports.map(({ write }) => write),
        [written],
      );
    });
  }

  dispose(): Promise<void> {
    return Promise.resolve().then(() => {
      if (this.#disposed) return;
      this.#disposed = true;
      this.#binding.deleteSavedModel(this.#session);
      this.#onDisposed();
    });
  }

  /** The binding blocks; its errors become rejections all the same. */
  #promise<T>(work: () => T): Promise<T> {
    return Promise.resolve().then(() => {
      if (this.#disposed) throw new Error('Internal error: a disposed step was used.');
      return work();
    });
  }

  #call(fed: readonly HostTensor[], feeds: readonly Edge[], fetches: readonly Edge[]): Numbers[] {
    const ids: TensorId[] = [];
    try {
      for (const { shape, dtype, data } of fed) ids.push(this.#binding.createTensor(shape, this.#type(dtype), data));
      const fetched = this.#binding.runSavedModel(this.#session, ids, namesOf(feeds), namesOf(fetches));
      return fetched.map(({ id }) => {
        const data = this.#binding.tensorDataSync(id);
        this.#binding.deleteTensor(id);
        return data;
      });
    } catch (error) {
      throw asMemoryError(error, this.#lowered.inputs);
    } finally {
      for (const id of ids) this.#binding.deleteTensor(id);
    }
  }

  #type(dtype: HostTensor['dtype']): number {
    const { TF_FLOAT, TF_INT32, TF_BOOL, TF_UINT8 } = this.#binding;
    return { float32: TF_FLOAT, int32: TF_INT32, bool: TF_BOOL, uint8: TF_UINT8 }[dtype];
  }

  #tree(form: Tree<TensorSpec>, ports: readonly Port[], data: readonly Numbers[]): Tree<HostTensor> {
    const byPath = new Map(ports.map(({ path }, i) => [path, data[i]!]));
    return mapTree(form, ({ dtype, shape }, path) => ({ dtype, shape: [...shape], data: byPath.get(path)! }));
  }
}

const namesOf = (edges: readonly Edge[]): string =>
  edges.map((edge) => (edge.includes(':') ? edge : `${edge}:0`)).join();
