/** Attempts as jobs of Slurm. */
import type { Instance } from '../pipeline.ts';
import type { Plan } from '../plan.ts';
import type { Amounts } from '../resources/slots.ts';
import { BASE_VARIABLES } from '../execution/environment.ts';
import type {
  AttemptExecutor,
  AttemptListener,
  AttemptOrder,
  AttemptResult,
  Reservation,
  Room,
  RunningAttempt,
} from '../execution/attempt-executor.ts';
import type { ExecutionOptions } from '../execution/execution-options.ts';
import { expectedFailure } from '../execution/expected-failure.ts';
import { AllocationSubmitter } from './allocation/allocation-submitter.ts';
import { Canceller } from './canceller.ts';
import { slurmCommands, type SlurmCommands, type SlurmProgram } from './commands.ts';
import type { SbatchDeps } from './insistent-sbatch.ts';
import { JobMonitor } from './job-monitor.ts';
import { JobsLeft, leftIn } from './left-attempts.ts';
import { writeOrder, type Order } from './order-file.ts';
import { tellObsoleteJobs } from './obsolete-jobs.ts';
import { clusterRoom } from './room.ts';
import { REQUEUE_SECONDS, type SlurmSettings } from './settings.ts';
import { SlurmAttempt } from './slurm-attempt.ts';
import { PATIENCE, type Patience, type SlurmContext } from './slurm-context.ts';
import { Submitter } from './submitter.ts';
import type { TaskSubmitter } from './task-submitter.ts';

export interface SlurmAttemptsDeps {
  readonly storeFolder: string;
  readonly settings: SlurmSettings;
  /** The built src/stage/host.ts. */
  readonly hostProgram: string;
  /** The built src/runner/slurm/job/main.ts. */
  readonly jobProgram: string;
  /** The built src/runner/slurm/job/allocation-main.ts. */
  readonly allocationProgram: string;
  /** Submits, and follows nothing. */
  readonly isLeaving?: boolean;
  readonly commands?: SlurmCommands;
  readonly patience?: Patience;
}

export class SlurmAttempts implements AttemptExecutor {
  readonly left: JobsLeft;
  readonly #deps: SlurmAttemptsDeps;
  readonly #context: SlurmContext;
  readonly #commands: SlurmCommands;
  readonly #submitter: TaskSubmitter;
  readonly #running = new Set<RunningAttempt>();
  #tell: (sentence: string) => void = () => undefined;
  #closed = false;

  constructor(deps: SlurmAttemptsDeps) {
    const { storeFolder, settings } = deps;
    const commands = deps.commands ?? slurmCommands();
    const tell = (sentence: string): void => {
      this.#tell(sentence);
    };
    const patience = deps.patience ?? PATIENCE;
    const canceller = new Canceller(storeFolder, commands);
    this.#deps = deps;
    this.#commands = commands;
    this.#submitter = submitterOf(deps, { commands, tell, pauseMs: patience.pause });
    this.#context = {
      ...{ storeFolder, settings, tell },
      patience,
      submitter: this.#submitter,
      monitor: new JobMonitor(commands, { intervalMs: settings.intervalMs, tell }),
      isLeaving: deps.isLeaving ?? false,
      cancelJob: (id, clusters) => {
        canceller.cancelJob(id, clusters);
      },
      cancelSubmission: (submission, index) => {
        canceller.cancelSubmission(submission, index);
      },
    };
    this.left = new JobsLeft(storeFolder, (left, sandbox, listener) =>
      this.#remember(new SlurmAttempt(left.order, sandbox, listener, this.#context, left)),
    );
  }

  async survey(plan: Plan, options: ExecutionOptions, tell: (sentence: string) => void): Promise<Room> {
    this.listen(tell);
    const { storeFolder, settings } = this.#deps;
    const room = await clusterRoom(plan, options, settings, this.#commands);
    this.#submitter.expect(
      plan.entries.filter(({ verdict }) => verdict.kind === 'run').map(({ instance }) => instance),
    );
    const obsolete = await tellObsoleteJobs(this.left.all, plan, storeFolder, this.#commands);
    return { ...room, notices: [...room.notices, ...obsolete] };
  }

  /** Receives the notices. */
  listen(tell: (sentence: string) => void): void {
    this.#tell = tell;
  }

  /** Cards are chosen by Slurm. */
  reserve(_instance: Instance, amounts: Amounts): Promise<Reservation> {
    const gpus = Array.from({ length: Math.ceil(amounts.gpu ?? 0) }, () => ({ uuid: '', name: 'chosen by Slurm' }));
    return Promise.resolve({ grant: { amounts, gpus }, release: () => undefined });
  }

  start(order: AttemptOrder, listener: AttemptListener): RunningAttempt {
    if (this.#closed) throw new Error('Internal error: an attempt is started after the end of the run.');
    return this.#remember(new OrderedAttempt(order, listener, this.#deps, this.#context));
  }

  /** A job ends its own processes, and Slurm those of a job. */
  endOrphans(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const running of this.#running) running.stop();
    await Promise.all([...this.#running].map(({ ended }) => ended));
    await this.#submitter.close();
    leftIn(this.#deps.storeFolder); // removes the files of submissions of which nothing is left
  }

  /** `2 sbatch, 14 squeue`; empty if Slurm was not asked. */
  callsText(): string {
    return [...this.#commands.calls]
      .map(([program, number]: [SlurmProgram, number]) => `${number} ${program}`)
      .join(', ');
  }

  #remember(running: RunningAttempt): RunningAttempt {
    this.#running.add(running);
    void running.ended.then(() => this.#running.delete(running));
    return running;
  }
}

function submitterOf({ storeFolder, settings, jobProgram, allocationProgram }: SlurmAttemptsDeps, sbatch: SbatchDeps) {
  const deps = { ...sbatch, storeFolder, settings };
  return settings.mode === 'allocation'
    ? new AllocationSubmitter({ ...deps, allocationProgram })
    : new Submitter({ ...deps, jobProgram });
}

/** Writes the order of an attempt, then submits it. */
class OrderedAttempt implements RunningAttempt {
  readonly ended: Promise<AttemptResult>;
  #attempt: SlurmAttempt | undefined;
  #stopped = false;

  constructor(order: AttemptOrder, listener: AttemptListener, deps: SlurmAttemptsDeps, context: SlurmContext) {
    this.ended = this.#run(order, listener, deps, context).catch((error: unknown) => ({
      kind: 'failed',
      failure: expectedFailure(error),
    }));
  }

  stop(): void {
    this.#stopped = true;
    this.#attempt?.stop();
  }

  async #run(
    order: AttemptOrder,
    listener: AttemptListener,
    deps: SlurmAttemptsDeps,
    context: SlurmContext,
  ): Promise<AttemptResult> {
    const written = await orderOf(order, deps);
    writeOrder(written);
    if (this.#stopped) return { kind: 'stopped' };
    this.#attempt = new SlurmAttempt(written, order.sandbox, listener, context);
    return this.#attempt.ended;
  }
}

async function orderOf(
  { number, instance, sandbox, grant, log, root, graceMs, lineage }: AttemptOrder,
  { storeFolder, hostProgram, settings }: SlurmAttemptsDeps,
): Promise<Order> {
  return {
    ...{ format: 1, number, instance, log, root, storeFolder, hostProgram },
    sandbox: { ...sandbox, versions: [...sandbox.versions] },
    amounts: grant.amounts,
    lineage: await lineage(),
    variables: variablesOf(instance, process.env),
    graceMs: Math.max(graceMs, 1000 * (settings.graceSeconds - REQUEUE_SECONDS)),
    graceSeconds: settings.graceSeconds,
  };
}

/** TMPDIR is the job's own. */
function variablesOf({ env }: Pick<Instance, 'env'>, outer: NodeJS.ProcessEnv): Record<string, string> {
  const names = [...BASE_VARIABLES.filter((name) => name !== 'TMPDIR'), ...env];
  return Object.fromEntries(names.flatMap((name) => (outer[name] === undefined ? [] : [[name, outer[name]] as const])));
}
