/** Carries out a plan: what is ready and fits starts, longest path first; what ends makes others ready. */
import type { Instance, InstanceId } from '../pipeline.ts';
import type { Ledger } from '../ledger.ts';
import type { RunEvent, RunSummary } from '../event.ts';
import type { Plan, PlanEntry } from '../plan.ts';
import { findGpus } from '../resources/gpu.ts';
import { GpuPool } from '../resources/gpu-pool.ts';
import { capacityOf, wishesOf } from '../resources/machine.ts';
import { MissingGpuError } from '../resources/missing-gpu.ts';
import { type Amounts, Slots } from '../resources/slots.ts';
import { carryOut, type Context, type Outcome } from './carry-out.ts';
import type { Executor } from './executor.ts';
import { localExecutor } from './local-executor.ts';
import { producersOf, urgency } from './order.ts';

export interface RunOptions {
  /** Executions at the same time, at the most. */
  readonly jobs: number;
  /** After a failure, go on with what does not depend on it. */
  readonly keepGoing: boolean;
  readonly force: ReadonlySet<InstanceId>;
  /** Refuse to let the processor stand in for a GPU. */
  readonly requireGpu: boolean;
  /** Between being asked to stop and being killed. */
  readonly graceMs: number;
}

export async function runPipeline(ledger: Ledger, selection: readonly Instance[], options: RunOptions, emit: (event: RunEvent) => void, signal: AbortSignal, executor: Executor = localExecutor()): Promise<RunSummary> {
  const started = performance.now();
  const plan = await ledger.plan(selection, { force: options.force });
  emit({ type: 'plan', plan });
  const outcomes = plan.entries.every(({ verdict }) => verdict.kind === 'fresh') ? allFresh(plan, emit) : await new Run(plan, { ledger, options, emit, signal, executor }).toTheEnd();
  const summary = summarise(plan, outcomes, signal, (performance.now() - started) / 1000);
  emit({ type: 'finished', summary });
  return summary;
}

type Outcomes = ReadonlyMap<InstanceId, Outcome>;

function allFresh(plan: Plan, emit: (event: RunEvent) => void): Outcomes {
  return new Map(
    plan.entries.map(({ instance: { id } }) => {
      emit({ type: 'fresh', id });
      return [id, 'fresh'];
    }),
  );
}

class Run {
  readonly #options: RunOptions;
  readonly #emit: (event: RunEvent) => void;
  readonly #signal: AbortSignal;
  readonly #context: Context;
  readonly #outcomes = new Map<InstanceId, Outcome>();
  readonly #running = new Map<InstanceId, Promise<void>>();
  readonly #waiting: PlanEntry[];
  readonly #gpus: GpuPool;
  readonly #slots: Slots;

  constructor(plan: Plan, context: Context) {
    this.#options = context.options;
    this.#emit = context.emit;
    this.#signal = context.signal;
    this.#context = context;
    const gpus = plan.entries.some(({ instance }) => (instance.resources.gpu ?? 0) > 0) ? findGpus() : [];
    this.#gpus = new GpuPool(gpus);
    this.#slots = new Slots({ ...capacityOf(gpus.length), jobs: context.options.jobs });
    const urgent = urgency(plan.entries);
    this.#waiting = [...plan.entries].sort((a, b) => urgent.get(b.instance.id)! - urgent.get(a.instance.id)!);
  }

  async toTheEnd(): Promise<Outcomes> {
    this.#announceGpus();
    for (;;) {
      this.#startWhatCan();
      if (this.#running.size === 0) break;
      await Promise.race(this.#running.values());
    }
    for (const { instance } of this.#waiting) this.#outcomes.set(instance.id, 'not-started');
    return this.#outcomes;
  }

  #announceGpus(): void {
    const wanting = this.#waiting.filter(({ instance, verdict }) => (instance.resources.gpu ?? 0) > 0 && verdict.kind === 'run');
    if (wanting.length === 0 || this.#gpus.size > 0) return;
    if (this.#options.requireGpu) throw new MissingGpuError(wanting.length);
    this.#emit({ type: 'notice', message: `No GPU was found: ${wanting.length} execution(s) that want one run on the processor, one at a time.` });
  }

  #startWhatCan(): void {
    for (let i = 0; i < this.#waiting.length; ) {
      if (this.#stopped()) return;
      const entry = this.#waiting[i]!;
      const readiness = this.#readiness(entry);
      if (readiness === 'blocked') {
        this.#waiting.splice(i, 1);
        i = 0;
        continue;
      }
      const wishes = wishesOf(entry.instance, this.#gpus.size);
      const taken = readiness === 'ready' ? this.#slots.take({ ...wishes, jobs: 1 }) : undefined;
      if (taken === undefined) {
        i++;
        continue;
      }
      this.#waiting.splice(i, 1);
      this.#start(entry, taken);
    }
  }

  #stopped(): boolean {
    if (this.#signal.aborted) return true;
    return !this.#options.keepGoing && [...this.#outcomes.values()].includes('failed');
  }

  #readiness({ instance, verdict }: PlanEntry): 'ready' | 'waits' | 'blocked' {
    const producers = producersOf(instance);
    const broken = producers.find((id) => ['failed', 'blocked', 'interrupted'].includes(this.#outcomes.get(id) ?? ''));
    if (broken !== undefined || verdict.kind === 'blocked') {
      this.#outcomes.set(instance.id, 'blocked');
      this.#emit({ type: 'blocked', id: instance.id, because: broken, reasons: verdict.kind === 'blocked' ? verdict.reasons : [] });
      return 'blocked';
    }
    return producers.every((id) => this.#outcomes.has(id)) ? 'ready' : 'waits';
  }

  #start(entry: PlanEntry, taken: Amounts): void {
    const { instance } = entry;
    const gpus = this.#gpus.take(instance.resources.gpu ?? 0);
    const untouched = producersOf(instance).every((id) => this.#outcomes.get(id) === 'fresh');
    const work = carryOut(entry, { untouched, taken, gpus }, this.#context).then((outcome) => {
      this.#outcomes.set(instance.id, outcome);
      this.#slots.give(taken);
      this.#gpus.give(gpus);
      this.#running.delete(instance.id);
    });
    this.#running.set(instance.id, work);
  }
}

function summarise(plan: Plan, outcomes: Outcomes, signal: AbortSignal, seconds: number): RunSummary {
  const count = (outcome: Outcome): number => [...outcomes.values()].filter((each) => each === outcome).length;
  const counts = {
    fresh: count('fresh'),
    restored: count('restored'),
    executed: count('executed'),
    failed: count('failed'),
    blocked: count('blocked') + (signal.aborted ? 0 : count('not-started')),
    interrupted: count('interrupted') + (signal.aborted ? count('not-started') : 0),
  };
  const inPlace = new Set<Outcome>(['fresh', 'restored', 'executed']);
  const published = plan.entries.filter(({ instance }) => inPlace.has(outcomes.get(instance.id)!)).flatMap(({ instance }) => Object.values(instance.outputs).flatMap(({ publish }) => (publish === undefined ? [] : [publish])));
  const outcome = signal.aborted && counts.interrupted > 0 ? 'interrupted' : counts.failed + counts.blocked > 0 ? 'failed' : 'done';
  return { outcome, seconds, counts, published };
}
