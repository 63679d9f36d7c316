/**
 * A compiled step on XLA: one call of a program, with the state in the device's memory, which each run gives to the
 * next.
 */
import { checkLeaves } from '../check-leaves.ts';
import type { Program } from '../graph/program.ts';
import type { HostTensor, TensorSpec, Tree } from '../host-tensor.ts';
import type { ResultSpecs } from '../trace/trace.ts';
import { mapTree } from '../tree.ts';
import type { PjrtClient, SentBuffer } from './pjrt/client.ts';
import type { Handle } from './pjrt/plugin.ts';

interface StepParts {
  readonly client: PjrtClient;
  /** Compiled; the step owns it. */
  readonly executable: Handle;
  readonly program: Pick<Program, 'inputs' | 'state' | 'outputs'>;
  readonly forms: ResultSpecs;
  /** Runs are refused with it, before they take the state. */
  readonly shortage: Error | undefined;
  /** An error of the device in words that help. */
  readonly explain: (error: unknown) => unknown;
  readonly onDisposed: () => unknown;
}

type Status =
  | { readonly kind: 'idle' }
  /** `ended` never rejects. */
  | { readonly kind: 'running'; readonly ended: Promise<unknown> }
  /** A run failed after it had taken the state. */
  | { readonly kind: 'lost'; readonly cause: unknown }
  | { readonly kind: 'disposed' };

const IDLE: Status = { kind: 'idle' };

export class XlaStep {
  readonly #parts: StepParts;
  #state: Handle[] = [];
  #status: Status = IDLE;

  constructor(parts: StepParts) {
    this.#parts = parts;
  }

  run(inputs: Tree<HostTensor>): Promise<Tree<HostTensor>> {
    const { program, forms, shortage } = this.#parts;
    return this.#alone(async () => {
      if (shortage !== undefined) throw shortage;
      const fed = await this.#send(checkPorts('input', program.inputs, inputs));
      const outputs = await this.#execute(fed);
      return this.#fetch(forms.outputs, program.outputs, outputs).finally(() => {
        this.#free(outputs);
      });
    });
  }

  /** A copy of the state. */
  readState(): Promise<Tree<HostTensor>> {
    return this.#alone(() => this.#fetch(this.#parts.forms.state, this.#parts.program.state, this.#state));
  }

  writeState(state: Tree<HostTensor>): Promise<void> {
    return this.#alone(async () => {
      const sent = await this.#send(checkPorts('state', this.#parts.program.state, state));
      const buffers = sent.map(({ buffer }) => buffer);
      const waits = await Promise.allSettled(sent.map(({ copied }) => this.#parts.client.wait(copied)));
      const failed = waits.find((wait) => wait.status === 'rejected');
      // One of the two is freed: the old state, or the copy that failed.
      this.#free(failed === undefined ? this.#state : buffers);
      if (failed !== undefined) throw failed.reason;
      this.#state = buffers;
    });
  }

  /** Waits for a run that has begun. */
  async dispose(): Promise<void> {
    if (this.#status.kind === 'running') await this.#status.ended;
    if (this.#status.kind === 'disposed') return;
    this.#status = { kind: 'disposed' };
    this.#free(this.#state);
    this.#state = [];
    this.#parts.client.unload(this.#parts.executable);
    this.#parts.onDisposed();
  }

  /** Runs the program on the state and on what was sent; the state becomes the next, and the outputs are returned. */
  async #execute(fed: readonly SentBuffer[]): Promise<Handle[]> {
    const { client, executable, program } = this.#parts;
    const [given, counts] = [this.#state, program.state.length + program.outputs.length];
    const inputs = fed.map(({ buffer }) => buffer);
    try {
      const { results, done } = await client.execute(executable, [...given, ...inputs], counts);
      this.#state = results.splice(0, program.state.length);
      try {
        await client.wait(done);
      } catch (error) {
        this.#free(results);
        this.#status = { kind: 'lost', cause: error };
        throw error;
      } finally {
        // Their memory has gone over to the results. The handles are freed now: before the end, that call waits for it.
        this.#free(given);
      }
      return results;
    } finally {
      for (const { copied } of fed) await client.wait(copied).catch(() => undefined); // told by the run
      this.#free(inputs);
    }
  }

  /** All of them or none: where one does not fit into the device's memory, the others are freed. */
  async #send(tensors: readonly HostTensor[]): Promise<SentBuffer[]> {
    const { client } = this.#parts;
    const sent: SentBuffer[] = [];
    try {
      for (const tensor of tensors) sent.push(client.send(tensor));
      return sent;
    } catch (error) {
      for (const { buffer, copied } of sent) {
        await client.wait(copied).catch(() => undefined); // the first error is told
        client.free(buffer);
      }
      throw error;
    }
  }

  async #fetch(
    form: Tree<TensorSpec>,
    ports: readonly { readonly path: string; readonly value: TensorSpec }[],
    buffers: readonly Handle[],
  ): Promise<Tree<HostTensor>> {
    const found = await Promise.all(
      buffers.map(async (buffer, i): Promise<[string, HostTensor]> => {
        const port = ports[i];
        if (port === undefined) throw new Error('Internal error: more buffers than places.');
        return [port.path, await this.#parts.client.fetch(buffer, port.value)];
      }),
    );
    const byPath = new Map(found);
    return mapTree(form, (_, path) => {
      const tensor = byPath.get(path);
      if (tensor === undefined) throw new Error(`Internal error: the step has no result "${path}".`);
      return tensor;
    });
  }

  #free(buffers: readonly Handle[]): void {
    for (const buffer of buffers) this.#parts.client.free(buffer);
  }

  /** One after the other: a step that is used while it runs is a bug. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const { explain } = this.#parts;
    if (this.#status.kind === 'lost')
      throw new Error(
        'The state of this step was lost when a run of it failed. Compile it again, and go on from a checkpoint.',
        {
          cause: this.#status.cause,
        },
      );
    if (this.#status.kind !== 'idle')
      throw new Error(`Internal error: a step was used while it was ${this.#status.kind}.`);
    const working = Promise.resolve().then(work);
    this.#status = { kind: 'running', ended: working.catch(() => undefined) };
    try {
      return await working;
    } catch (error) {
      throw explain(error);
    } finally {
      this.#settle();
    }
  }

  /** A run that lost the state has said so. */
  #settle(): void {
    if (this.#status.kind === 'running') this.#status = IDLE;
  }
}

/** The tensors of a tree in the order of the ports. Throws TensorMismatchError. */
function checkPorts(what: 'input' | 'state', ports: Program['inputs'], tree: Tree<HostTensor>): HostTensor[] {
  const expected = ports.map(({ path, value: { dtype, shape } }) => ({ path, dtype, shape }));
  return checkLeaves(what, expected, tree).map(([, tensor]) => tensor);
}
