/** One instance: fresh, restored, or executed, by this runner or by another that was at it first. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Failure } from '../../formats/failure.ts';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { Outcome } from '../../formats/past-run.ts';
import type { Instance } from '../pipeline.ts';
import type { PlanEntry, Verdict } from '../plan.ts';
import { tryLease, waitForLease } from '../resources/lease.ts';
import type { Amounts } from '../resources/slots.ts';
import { runAttempts } from './attempts.ts';
import type { RunContext, ReadyToRun } from './run-context.ts';
import { expectedFailure } from './expected-failure.ts';
import type { Grant } from './grant.ts';
import type { Decision, ExecutionEnd, ScheduledWork } from './scheduler.ts';
import { entry } from '../../util/known.ts';

/** A look at all processes of the machine costs some milliseconds. */
const ORPHAN_LOOK_MS = 1000;

/** Looks at the inputs of an instance, each with another finding, before it counts as failed. */
const MOST_LOOKS = 10;

export class InstanceRunner implements ScheduledWork {
  readonly #context: RunContext;
  /** The fingerprints of the instances to be executed. */
  readonly #fingerprints = new Map<InstanceId, Fingerprint>();
  readonly #looks = new Map<InstanceId, number>();
  /** Another runner executed them: its result is taken, even if an execution was forced. */
  readonly #shared = new Set<InstanceId>();
  /** The last look for them, and when it began. */
  #orphans: { readonly since: number; readonly ended: Promise<void> } | undefined;

  constructor(context: RunContext) {
    this.#context = context;
  }

  async decide({ instance }: PlanEntry): Promise<Decision> {
    try {
      const verdict = await this.#decide(instance);
      if (verdict.kind === 'run') return { kind: 'execute' };
      return {
        kind: 'conclude',
        conclude: () => this.#conclude(instance, verdict).catch((error: unknown) => this.#failed(instance, error)),
      };
    } catch (error) {
      const outcome = this.#failed(instance, error);
      return { kind: 'conclude', conclude: () => Promise.resolve(outcome) };
    }
  }

  async execute({ instance }: PlanEntry, amounts: Amounts): Promise<ExecutionEnd> {
    try {
      const { attempts, emit, signal } = this.#context;
      const tell = (message: string): void => {
        emit({ type: 'notice', message });
      };
      const reservation = await attempts.reserve(instance, amounts, { signal, tell });
      if (reservation === undefined) return ended('not-started');
      try {
        return await this.#executeAlone(instance, reservation.grant);
      } finally {
        reservation.release();
      }
    } catch (error) {
      return ended(this.#failed(instance, error));
    }
  }

  async wait({ instance }: PlanEntry): Promise<void> {
    const lease = await waitForLease(this.#placeOfLease(instance), this.#context.signal);
    lease?.release();
  }

  /** Decides, with the present facts. */
  async #decide(instance: Instance, anew = false): Promise<Exclude<Verdict, { kind: 'run' }> | ReadyToRun> {
    const newest = this.#shared.has(instance.id);
    const force = this.#context.options.force.has(instance.id) && !newest;
    const verdict = await this.#context.planner.decide(instance, { force, anew, newest });
    if (verdict.kind !== 'run') return verdict;
    const { fingerprint } = verdict;
    if (fingerprint === undefined)
      throw new Error(`Internal error: the producers of ${instance.id} are done, but its fingerprint is not known.`);
    this.#fingerprints.set(instance.id, fingerprint);
    return { ...verdict, fingerprint };
  }

  async #conclude(instance: Instance, verdict: Exclude<Verdict, { kind: 'run' }>): Promise<Outcome> {
    const { executions, emit } = this.#context;
    const { id } = instance;
    switch (verdict.kind) {
      case 'blocked':
        emit({ type: 'blocked', id, reasons: verdict.reasons });
        return 'blocked';
      case 'fresh':
        emit({ type: 'fresh', id, fingerprint: verdict.fingerprint });
        return 'fresh';
      case 'restore': {
        const restored = await executions.restore(instance, verdict);
        if (!restored.ok) return this.#fail(instance, restored.error);
        emit({
          type: 'restored',
          id,
          fingerprint: verdict.fingerprint,
          reasons: verdict.reasons,
          bytes: Object.values(restored.value.outputs).reduce((sum, { bytes }) => sum + bytes, 0),
        });
        return 'restored';
      }
    }
  }

  /** Two runners on one store: the first one to lease a fingerprint executes it, the other takes the result. */
  async #executeAlone(instance: Instance, grant: Grant): Promise<ExecutionEnd> {
    const { emit, storeFolder } = this.#context;
    mkdirSync(path.join(storeFolder, 'leases'), { recursive: true });
    const place = this.#placeOfLease(instance);
    const lease = tryLease(place);
    if (!lease.ok) {
      this.#shared.add(instance.id);
      emit({ type: 'waiting', id: instance.id, holder: lease.error });
      return { kind: 'elsewhere' };
    }
    try {
      // Since the last decision, another runner may have executed it, or a user may have edited an input.
      const verdict = await this.#decide(instance, true);
      if (verdict.kind !== 'run') return ended(await this.#conclude(instance, verdict));
      if (this.#placeOfLease(instance) !== place) return await this.#lookAgain(instance);
      await this.#endOrphans();
      return ended(await runAttempts(instance, verdict, grant, this.#context));
    } finally {
      lease.value.release();
    }
  }

  /**
   * Its inputs have changed since they were looked at. A file that is written without a pause would change for ever.
   */
  async #lookAgain(instance: Instance): Promise<ExecutionEnd> {
    const looks = (this.#looks.get(instance.id) ?? 1) + 1;
    this.#looks.set(instance.id, looks);
    await new Promise((resolve) => setImmediate(resolve)); // signals are heard
    if (looks <= MOST_LOOKS) return { kind: 'elsewhere' };
    const names = this.#context.planner.unsteadyInputs(instance);
    const inputs = names.length === 0 ? 'its code or its environment' : names.join(', ');
    const message =
      `it was not started, because ${inputs} changed between each two of ${MOST_LOOKS} looks; end the program that ` +
      'writes there, or name files that do not count in "ignore" of the pipeline file';
    return ended(this.#fail(instance, { kind: 'system', message }));
  }

  /** A stage of a dead runner may still write to the checkpoint that this execution resumes from. */
  #endOrphans(): Promise<void> {
    const now = performance.now();
    if (this.#orphans === undefined || now - this.#orphans.since >= ORPHAN_LOOK_MS)
      this.#orphans = { since: now, ended: this.#lookForOrphans() };
    return this.#orphans.ended;
  }

  async #lookForOrphans(): Promise<void> {
    const { attempts, emit } = this.#context;
    for (const { pid, command } of await attempts.endOrphans())
      emit({ type: 'notice', message: `Process ${pid}, left behind by an earlier run, was killed: ${command}` });
  }

  #placeOfLease({ id }: Instance): string {
    return path.join(this.#context.storeFolder, 'leases', entry(this.#fingerprints, id));
  }

  #fail({ id }: Instance, failure: Failure): Outcome {
    this.#context.emit({ type: 'failed', id, seconds: 0, failure, logTail: [] });
    return 'failed';
  }

  /** An error of the store or the machine becomes the instance's failure; a bug is thrown again. */
  #failed(instance: Instance, error: unknown): Outcome {
    return this.#fail(instance, expectedFailure(error));
  }
}

const ended = (outcome: Outcome): ExecutionEnd => ({ kind: 'ended', outcome });
