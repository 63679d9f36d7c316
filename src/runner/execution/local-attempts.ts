/** Attempts as processes of this machine. */
import type { Message } from '../../stage/protocol.ts';
import type { Instance } from '../pipeline.ts';
import type { Plan, PlanEntry } from '../plan.ts';
import { capacityOf, demandOf } from '../resources/demand.ts';
import { leaseGpus } from '../resources/gpu-leases.ts';
import { gpusOf, type Machine } from '../resources/machine.ts';
import type { Amounts } from '../resources/slots.ts';
import type {
  AttemptExecutor,
  AttemptListener,
  AttemptOrder,
  AttemptResult,
  Reservation,
  Room,
  RunningAttempt,
  Waiting,
} from './attempt-executor.ts';
import type { ExecutionOptions } from './execution-options.ts';
import type { Executor, RunningTask } from './executor.ts';
import { expectedFailure } from './expected-failure.ts';
import { prepareMachine, resourceRequest } from './prepare-machine.ts';
import { setLongTimer } from './long-timer.ts';
import { sleep } from './sleep.ts';
import { taskOf } from './task.ts';

/** Between two looks for a card that has become free. */
const GPU_POLL_MS = 2000;

export interface LocalAttemptsDeps {
  readonly executor: Executor;
  /** The built src/stage/host.ts. */
  readonly hostProgram: string;
  /** @param gpus true if any stage requests one; looking for them takes a while */
  machine(gpus: boolean): Promise<Machine>;
}

export class LocalAttempts implements AttemptExecutor {
  readonly #deps: LocalAttemptsDeps;
  #machine: Machine | undefined;

  constructor(deps: LocalAttemptsDeps) {
    this.#deps = deps;
  }

  async survey(plan: Plan, options: ExecutionOptions): Promise<Room> {
    const { machine, notices } = await prepareMachine(plan, options, this.#deps);
    this.#machine = machine;
    return {
      capacity: capacityOf(machine, options.jobs),
      demand: (entry: PlanEntry) => demandOf(resourceRequest(entry), machine),
      notices,
    };
  }

  /** Leases the cards of this machine. */
  async reserve({ id }: Instance, amounts: Amounts, { signal, tell }: Waiting): Promise<Reservation | undefined> {
    const count = Math.ceil(amounts.gpu ?? 0);
    if (count === 0) return { grant: { amounts, gpus: [] }, release: () => undefined };
    const machine = this.#machine;
    if (machine === undefined) throw new Error('Internal error: cards are leased before the machine was examined.');
    for (let told = false; !signal.aborted; told = true) {
      const leased = await leaseGpus(gpusOf(machine), count);
      if (leased.gpus !== undefined)
        return {
          grant: { amounts, gpus: leased.gpus },
          release: () => {
            leased.release();
          },
        };
      if (!told) tell(`${id} waits for a GPU, held by ${leased.holders.join(', ')}.`);
      await sleep(GPU_POLL_MS, signal);
    }
    return undefined;
  }

  start(order: AttemptOrder, listener: AttemptListener): RunningAttempt {
    return new LocalAttempt(order, listener, this.#deps);
  }

  endOrphans() {
    return this.#deps.executor.endOrphans();
  }

  close(): Promise<void> {
    return this.#deps.executor.close();
  }
}

class LocalAttempt implements RunningAttempt {
  readonly ended: Promise<AttemptResult>;
  #cut: 'timeout' | 'interruption' | undefined;
  #task: RunningTask | undefined;

  constructor(order: AttemptOrder, listener: AttemptListener, deps: LocalAttemptsDeps) {
    this.ended = this.#run(order, listener, deps).catch((error: unknown) => ({
      kind: 'failed',
      failure: expectedFailure(error),
    }));
  }

  stop(): void {
    this.#end('interruption');
  }

  async #run(
    { instance, sandbox, grant, log, root, graceMs, lineage }: AttemptOrder,
    listener: AttemptListener,
    { executor, hostProgram }: LocalAttemptsDeps,
  ): Promise<AttemptResult> {
    const { task, warnings } = await taskOf(instance, sandbox, grant, { root, hostProgram, graceMs, log, lineage });
    for (const text of warnings) listener.warn(text);
    this.#task = executor.start(task, (message: Message) => {
      listener.message(message);
    });
    if (this.#cut !== undefined) this.#task.stop();
    const stopTimer = setLongTimer(instance.timeoutMs, () => {
      this.#end('timeout');
    });
    const end = await this.#task.ended;
    stopTimer();
    switch (this.#cut) {
      case 'interruption':
        return { kind: 'stopped' };
      case 'timeout':
        return { kind: 'failed', failure: { kind: 'timeout', afterMs: instance.timeoutMs ?? 0 } };
      case undefined:
        return { kind: 'ended', end, sandbox, execution: {} };
    }
  }

  #end(cut: 'timeout' | 'interruption'): void {
    this.#cut ??= cut;
    this.#task?.stop();
  }
}
