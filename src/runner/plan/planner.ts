/** Asks everything that a decision needs, once, and decides. */
import { canonicalJson } from '../../util/canonical-json.ts';
import type { Instance, Pipeline } from '../pipeline.ts';
import { recordOf, type Plan, type PlanEntry, type Verdict } from '../plan.ts';
import type { DecideOptions, Planner } from '../planner.ts';
import type { InstanceId, Fingerprint } from '../../formats/identity.ts';
import type { UnpublishedPlace } from '../../formats/events.ts';
import type { PublishedReason } from '../../formats/reason.ts';
import type { RunRecord, StoredOutput } from '../../formats/run-record.ts';
import type { LockEntry, Lockfile } from '../lockfile/lockfile.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import { verifyContent } from '../store/copy.ts';
import { recordKeyOf } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import type { Lookups } from './compare.ts';
import { decideVerdict } from './decide.ts';
import { readExpectedDurations, type ExpectedDurations } from './expected-durations.ts';
import {
  identify,
  outputOf,
  type Identification,
  type IdentifyDeps,
  type ProducedResults,
  type ProducerState,
} from './identify.ts';
import { byStage, otherAxes, type EntriesByStage } from './other-axes.ts';
import { producedInputsOf } from './produced-inputs.ts';
import { storeFaults } from './store-faults.ts';
import { forgetInputs, workspaceInputsOf } from './workspace-inputs.ts';

/** The decisions: executions act on them and add their results. */
export interface Decisions {
  /** The basis of the last decision about an instance. */
  identification(id: InstanceId): Identification | undefined;
  /** The present results of an instance; undefined if there are none. */
  results(id: InstanceId): ProducedResults | undefined;
  settle(id: InstanceId, record: RunRecord): void;
}

interface PlannerDeps extends Omit<IdentifyDeps, 'producer' | 'assume'>, Lookups {
  readonly pipeline: Pipeline;
  readonly store: Store;
  readonly lock: Lockfile;
  /** Published files that are missing or differ. `outputs`: undefined if they are not known yet. */
  readonly publishFaults: (
    instance: Instance,
    outputs: RunRecord['outputs'] | undefined,
  ) => Promise<readonly PublishedReason[]>;
  /** Missing data and results count as unchanged if the lockfile knows them and no execution needs them. */
  readonly allowMissing: boolean;
  /** Called with the names that a decision relies on. False: some may be gone by now, decide again. */
  readonly relyOn: (names: readonly string[]) => Promise<boolean>;
}

export class PipelinePlanner implements Planner, Decisions {
  readonly #deps: PlannerDeps;
  readonly #instances: ReadonlyMap<InstanceId, Instance>;
  readonly #identifications = new Map<InstanceId, Identification>();
  /** The basis of the decision before that. */
  readonly #earlier = new Map<InstanceId, Identification>();
  #states = new Map<InstanceId, ProducerState>();
  #verdicts = new Map<InstanceId, Promise<Verdict>>();
  #durations: ExpectedDurations | undefined;
  #entriesByStage: EntriesByStage | undefined;
  /** Something that will run reads their results: the lockfile's word is not enough. */
  readonly #needed = new Set<InstanceId>();

  constructor(deps: PlannerDeps) {
    this.#deps = deps;
    this.#instances = new Map(deps.pipeline.instances.map((instance) => [instance.id, instance]));
  }

  async plan(instances: readonly Instance[], { force }: { readonly force: ReadonlySet<InstanceId> }): Promise<Plan> {
    const { pipeline, code, relyOn } = this.#deps;
    for (;;) {
      await this.#decideAll(instances, force);
      const entries: PlanEntry[] = [];
      for (const instance of instances) entries.push(await this.#entry(instance, await this.#verdict(instance, force)));
      if (await relyOn(instances.flatMap((instance) => this.#names(instance)))) return { pipeline, entries };
      code.forget();
    }
  }

  async decide(instance: Instance, options: DecideOptions): Promise<Verdict> {
    const { anew = false } = options;
    if (anew) forgetInputs(instance, this.#deps.root, this.#deps.contents);
    for (;;) {
      const verdict = await this.#decide(instance, options, (id) => Promise.resolve(this.#doneProducer(instance, id)));
      if (await this.#deps.relyOn(this.#names(instance))) return verdict;
    }
  }

  unsteadyInputs(instance: Instance): readonly string[] {
    const [before, now] = [this.#earlier.get(instance.id), this.#identifications.get(instance.id)];
    if (before?.kind !== 'known' || now?.kind !== 'known') return [];
    const text = (known: typeof now, name: string) => canonicalJson(known.identity.inputs[name] ?? null);
    return workspaceInputsOf(instance).flatMap(({ name, input }) =>
      text(before, name) === text(now, name) ? [] : [input.kind === 'path' ? input.path : input.pattern],
    );
  }

  identification(id: InstanceId): Identification | undefined {
    return this.#identifications.get(id);
  }

  results(id: InstanceId): ProducedResults | undefined {
    const state = this.#states.get(id);
    return state?.kind === 'done' ? state.results : undefined;
  }

  settle(id: InstanceId, record: RunRecord): void {
    this.#states.set(id, { kind: 'done', results: record });
  }

  /** Damaged blobs are in quarantine, so each round finds fewer of them. */
  async #decideAll(instances: readonly Instance[], force: ReadonlySet<InstanceId>): Promise<void> {
    do {
      this.#states = new Map();
      this.#verdicts = new Map();
      for (const instance of instances) await this.#verdict(instance, force);
    } while (await this.#findsDamage(instances, force));
  }

  /** Decides about an instance and, before it, about its producers. */
  #verdict(instance: Instance, force: ReadonlySet<InstanceId>): Promise<Verdict> {
    let verdict = this.#verdicts.get(instance.id);
    if (!verdict) {
      const producer = async (id: InstanceId) => stateAfter(await this.#verdict(this.#instance(id), force));
      verdict = this.#decide(instance, { force: force.has(instance.id) }, producer);
      this.#verdicts.set(instance.id, verdict);
    }
    return verdict;
  }

  async #decide(
    instance: Instance,
    { force, newest = false }: DecideOptions,
    producer: IdentifyDeps['producer'],
  ): Promise<Verdict> {
    const { root, contents, code, store, lock, publishFaults, trees, versions, allowMissing } = this.#deps;
    const assume: IdentifyDeps['assume'] = (id, input) =>
      allowMissing ? lock.get(id)?.identity.inputs[input] : undefined;
    const identification = await identify(instance, { root, contents, code, producer, assume });
    const before = this.#identifications.get(instance.id);
    if (before) this.#earlier.set(instance.id, before);
    this.#identifications.set(instance.id, identification);
    const locked = lock.get(instance.id);
    const record =
      identification.kind === 'known'
        ? await this.#record(identification.fingerprint, newest ? undefined : locked)
        : undefined;
    const vouches = allowMissing && locked !== undefined && !this.#needed.has(instance.id);
    const results = record ?? (vouches ? locked : undefined);
    const verdict = decideVerdict(instance, {
      identification,
      forced: force,
      record,
      locked,
      otherAxes: locked === undefined ? otherAxes(instance, this.#lockedBefore()) : undefined,
      trees,
      versions,
      storeFaults: record ? storeFaults(record, store) : [],
      publishFaults: results ? await publishFaults(instance, results.outputs) : [],
      vouches,
      canRemake: vouches && this.#canRemake(instance, identification),
    });
    this.#states.set(instance.id, stateAfter(verdict));
    return verdict;
  }

  /** As the lockfile was at the start: later entries have the present axes. */
  #lockedBefore(): EntriesByStage {
    return (this.#entriesByStage ??= byStage(this.#deps.lock.entries()));
  }

  /**
   * The execution that counts for a fingerprint. If the lockfile names one, only this one counts, else the newest.
   * Otherwise the lockfile of an earlier commit would get the results of a later execution.
   */
  async #record(fingerprint: Fingerprint, locked: LockEntry | undefined): Promise<RunRecord | undefined> {
    const { store } = this.#deps;
    if (locked?.fingerprint === fingerprint) return store.record(recordKeyOf(locked));
    const [newest] = await store.records(fingerprint);
    return newest;
  }

  /**
   * Blobs that the run will read are verified now, unless they were verified since their last change: inputs of running
   * instances and outputs of restored ones. Then the plan already knows that a producer must run again.
   */
  async #findsDamage(instances: readonly Instance[], force: ReadonlySet<InstanceId>): Promise<boolean> {
    let found = false;
    const check = async (output: StoredOutput, description: string, maker: InstanceId) => {
      try {
        await verifyContent(this.#deps.store, output, description);
      } catch (error) {
        if (!(error instanceof DamagedBlobError)) throw error;
        found = true;
        this.#needed.add(maker);
      }
    };
    for (const instance of instances) {
      const verdict = await this.#verdict(instance, force);
      if (verdict.kind === 'restore')
        for (const [name, output] of Object.entries(verdict.record.outputs)) await check(output, name, instance.id);
      if (verdict.kind !== 'run') continue;
      for (const { producer, output } of producedInputsOf(instance)) {
        const results = this.results(producer);
        if (results) await check(outputOf(results, output), output, producer);
      }
    }
    return found;
  }

  async #entry(instance: Instance, verdict: Verdict): Promise<PlanEntry> {
    const { store, lock } = this.#deps;
    if (verdict.kind === 'run') this.#durations ??= await readExpectedDurations(store);
    const seconds =
      recordOf(verdict)?.execution.seconds ?? this.#durations?.secondsOf(instance, lock.get(instance.id)?.fingerprint);
    const [usesEngine, unpublished] = [await this.#usesEngine(instance), await this.#unpublished(instance, verdict)];
    return { instance, verdict, ...(seconds !== undefined && { expectedSeconds: seconds }), unpublished, usesEngine };
  }

  async #unpublished(instance: Instance, verdict: Verdict): Promise<UnpublishedPlace[]> {
    if (verdict.kind === 'blocked') return [];
    const record = recordOf(verdict);
    const outputs = verdict.kind === 'fresh' ? verdict.outputs : record?.outputs;
    const faults = await this.#deps.publishFaults(instance, outputs);
    return faults.flatMap(({ path, change }): UnpublishedPlace[] => {
      if (change === 'edited' || change === 'in-the-way') return [{ path, cause: change }];
      return verdict.kind === 'fresh' && record === undefined ? [{ path, cause: 'not-in-store' }] : [];
    });
  }

  /**
   * A report is made anew from committed results, if only it is missing. A training is not: it reads the workspace
   * alone, or its committed results are here.
   */
  #canRemake(instance: Instance, identification: Identification): boolean {
    if (identification.kind !== 'known' || identification.assumed.length > 0) return false;
    if (Object.values(instance.outputs).some(({ commit }) => commit)) return false;
    const produced = producedInputsOf(instance);
    return (
      produced.length > 0 &&
      produced.every(({ producer, output }) => {
        const results = this.results(producer);
        return (
          results && storeFaults({ outputs: { [output]: outputOf(results, output) } }, this.#deps.store).length === 0
        );
      })
    );
  }

  async #usesEngine({ body }: Instance): Promise<boolean> {
    if (body.kind === 'command') return false;
    const code = await this.#deps.code.of(body.module);
    return code.ok && code.value.usesEngine;
  }

  /** The names that a sweep of the store must spare for the last decision about an instance. */
  #names({ id }: Instance): string[] {
    const known = this.#identifications.get(id);
    if (!known || known.kind === 'blocked') return [];
    const { code } = known.identity;
    return [...(known.kind === 'known' ? [known.fingerprint] : []), ...(code.kind === 'module' ? [code.bundle] : [])];
  }

  #doneProducer({ id }: Instance, producer: InstanceId): ProducerState {
    const state = this.#states.get(producer);
    if (state?.kind !== 'done')
      throw new Error(`Internal error: ${id} is decided about before its producer ${producer} has results.`);
    return state;
  }

  #instance(id: InstanceId): Instance {
    const instance = this.#instances.get(id);
    if (!instance) throw new Error(`Internal error: ${id} is not part of the pipeline.`);
    return instance;
  }
}

function stateAfter(verdict: Verdict): ProducerState {
  switch (verdict.kind) {
    case 'run':
      return { kind: 'pending' };
    case 'blocked':
      return { kind: 'blocked' };
    case 'fresh':
      return {
        kind: 'done',
        results: verdict.record ?? { fingerprint: verdict.fingerprint, outputs: verdict.outputs },
      };
    case 'restore':
      return { kind: 'done', results: verdict.record };
  }
}
