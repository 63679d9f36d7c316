/**
 * Decides the starts of instances: producers before consumers, the longest path first, and never more at once than fit.
 */
import type { RunEvent } from '../event.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { Outcome } from '../../formats/past-run.ts';
import type { PlanEntry } from '../plan.ts';
import type { Amounts, Slots } from '../resources/slots.ts';
import { producersOf, priorities } from './priorities.ts';
import { hasOutputs, type Outcomes } from './outcome.ts';
import { entry, field } from '../../util/known.ts';

/** The scheduler calls it; see InstanceRunner. Only a bug rejects. */
export interface ScheduledWork {
  /** Decides about an instance whose producers are done. */
  decide(entry: PlanEntry): Promise<Decision>;
  execute(entry: PlanEntry, amounts: Amounts): Promise<ExecutionEnd>;
  /** Resolves when it is worth another look at an instance that was `elsewhere`. */
  wait(entry: PlanEntry): Promise<void>;
}

export type Decision =
  /** It waits for its slots. */
  | { readonly kind: 'execute' }
  /** It is not executed: `conclude` needs no slots. */
  | { readonly kind: 'conclude'; readonly conclude: () => Promise<Outcome> };

export type ExecutionEnd =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  /** Another runner is executing it. */
  | { readonly kind: 'elsewhere' };

export interface ScheduleOptions {
  readonly slots: Slots;
  readonly demand: (entry: PlanEntry) => Amounts;
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

export class Scheduler {
  readonly #entries: readonly PlanEntry[];
  readonly #work: ScheduledWork;
  readonly #options: ScheduleOptions;
  readonly #priority: ReadonlyMap<InstanceId, number>;
  readonly #consumers = new Map<InstanceId, PlanEntry[]>();
  /** The number of producers of an instance that are not done. */
  readonly #missing = new Map<InstanceId, number>();
  /** Producers done, not yet looked at. */
  readonly #ready: PlanEntry[] = [];
  /** To be executed as soon as they fit; the highest priority first. */
  #waiting: PlanEntry[] = [];
  readonly #active = new Set<Promise<void>>();
  readonly #outcomes = new Map<InstanceId, Outcome>();
  #deciding = 0;
  #failed = false;

  /** `entries`: producers before their consumers. */
  constructor(entries: readonly PlanEntry[], work: ScheduledWork, options: ScheduleOptions) {
    this.#entries = entries;
    this.#work = work;
    this.#options = options;
    this.#priority = priorities(entries);
    const planned = new Set(entries.map(({ instance }) => instance.id));
    for (const entry of entries) {
      const producers = producersOf(entry.instance).filter((id) => planned.has(id));
      this.#missing.set(entry.instance.id, producers.length);
      for (const id of producers) this.#consumers.set(id, [...(this.#consumers.get(id) ?? []), entry]);
      if (producers.length === 0) this.#ready.push(entry);
    }
  }

  /** Resolves when nothing runs and nothing more may start. */
  async runAll(): Promise<Outcomes> {
    for (;;) {
      this.#lookAtReady();
      this.#startWhatFits();
      if (this.#active.size === 0) break;
      await Promise.race(this.#active);
    }
    this.#concludeRest();
    return this.#outcomes;
  }

  get #stopped(): boolean {
    return this.#options.signal.aborted || (this.#failed && !this.#options.keepGoing);
  }

  #lookAtReady(): void {
    for (let entry = this.#ready.shift(); entry; entry = this.#ready.shift()) {
      const { id } = entry.instance;
      if (this.#blocks(entry)) this.#block(entry);
      else if (entry.verdict.kind === 'fresh') {
        // Its producers were fresh or are restored as they were, so this still holds.
        this.#options.emit({ type: 'fresh', id, fingerprint: entry.verdict.fingerprint });
        this.#done(id, 'fresh');
      } else if (
        !this.#stopped &&
        producersOf(entry.instance).every(
          (producer) => !this.#outcomes.has(producer) || hasOutputs(this.#outcomes.get(producer)),
        )
      ) {
        this.#follow(this.#decide(entry));
      }
    }
  }

  async #decide(planned: PlanEntry): Promise<void> {
    this.#deciding++;
    const decision = await this.#work.decide(planned);
    this.#deciding--;
    if (decision.kind === 'execute') {
      this.#waiting.push(planned);
      const priorityOf = ({ instance }: PlanEntry) => entry(this.#priority, instance.id);
      this.#waiting.sort((a, b) => priorityOf(b) - priorityOf(a));
    } else {
      this.#follow(
        decision.conclude().then((outcome) => {
          this.#done(planned.instance.id, outcome);
        }),
      );
    }
  }

  /**
   * Reserves the resources that a more urgent instance lacks. Only instances that need none of them may overtake it.
   * Otherwise an instance that needs the whole machine would wait for all small ones.
   */
  #startWhatFits(): void {
    // Decisions take a moment, and the next one may be about the most urgent of all.
    if (this.#stopped || this.#deciding > 0) return;
    const { slots, demand } = this.#options;
    const kept = new Set<string>();
    this.#waiting = this.#waiting.filter((entry) => {
      const amounts = demand(entry);
      const lacking = slots.lacking(amounts);
      for (const name of lacking) kept.add(name);
      if (Object.keys(amounts).some((name) => field(amounts, name) > 0 && kept.has(name))) return true;
      slots.take(amounts);
      this.#follow(this.#execute(entry, amounts));
      return false;
    });
  }

  async #execute(entry: PlanEntry, amounts: Amounts): Promise<void> {
    const end = await this.#work.execute(entry, amounts);
    this.#options.slots.give(amounts);
    if (end.kind === 'elsewhere') this.#follow(this.#waitFor(entry));
    else this.#done(entry.instance.id, end.outcome);
  }

  async #waitFor(entry: PlanEntry): Promise<void> {
    await this.#work.wait(entry);
    if (!this.#stopped) this.#follow(this.#decide(entry));
  }

  /** Any end may let an instance start, so the scheduler looks for starts after each piece of work. */
  #follow(work: Promise<void>): void {
    const followed = work.finally(() => this.#active.delete(followed));
    this.#active.add(followed);
    followed.catch(() => undefined); // reported by the race; if several reject at once, by the first
  }

  #done(id: InstanceId, outcome: Outcome): void {
    this.#outcomes.set(id, outcome);
    if (outcome === 'failed') this.#failed = true;
    for (const consumer of this.#consumers.get(id) ?? []) {
      const missing = entry(this.#missing, consumer.instance.id) - 1;
      this.#missing.set(consumer.instance.id, missing);
      if (missing === 0) this.#ready.push(consumer);
    }
  }

  /** By its own inputs, or by a producer. */
  #blocks(entry: PlanEntry): boolean {
    return entry.verdict.kind === 'blocked' || this.#culprit(entry) !== undefined;
  }

  #culprit({ instance }: PlanEntry): InstanceId | undefined {
    return producersOf(instance).find((id) => ['failed', 'blocked'].includes(this.#outcomes.get(id) ?? ''));
  }

  #block(entry: PlanEntry): void {
    const { id } = entry.instance;
    const because = this.#culprit(entry);
    this.#options.emit({
      type: 'blocked',
      id,
      ...(because !== undefined && { because }),
      reasons: entry.verdict.kind === 'blocked' ? entry.verdict.reasons : [],
    });
    this.#done(id, 'blocked');
  }

  /**
   * Some instances wait for producers that will not start any more. Those that also wait for a failed one are blocked
   * by it.
   */
  #concludeRest(): void {
    for (const entry of this.#entries) {
      const { id } = entry.instance;
      if (this.#outcomes.has(id)) continue;
      if (this.#blocks(entry)) this.#block(entry);
      else this.#outcomes.set(id, 'not-started');
    }
  }
}
