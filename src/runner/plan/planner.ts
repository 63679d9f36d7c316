/** Asks everything that a decision needs, once, and decides. */
import type { Instance, InstanceId, Pipeline, Produced } from '../pipeline.ts';
import type { PlanEntry, Reason, Verdict } from '../plan.ts';
import type { RunRecord, StoredOutput } from '../record.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import { verifyContent } from '../store/copy.ts';
import type { BlobState, Store } from '../store/store.ts';
import { parseTree } from '../store/tree.ts';
import type { TreeLookup } from './compare.ts';
import { decideVerdict } from './decide.ts';
import { readExpectedDurations, type ExpectedDurations } from './expected-durations.ts';
import {
  identify,
  type Identification,
  type ProducedResults,
  type ProducerState,
  type IdentifyDeps,
} from './identify.ts';
import type { Lockfile } from '../lockfile/lockfile.ts';
import type { Publisher } from '../transfer/publish.ts';

interface Planner {
  plan(instances: readonly Instance[], forced: ReadonlySet<InstanceId>): Promise<PlanEntry[]>;
  decide(instance: Instance, forced: boolean): Promise<Verdict>;
  /** What the last decision about an instance was made from. */
  identification(id: InstanceId): Identification | undefined;
  /** What is there of an instance's present results. */
  result(id: InstanceId): ProducedResults | undefined;
  settle(id: InstanceId, record: RunRecord): void;
}

interface PlannerDeps extends Omit<IdentifyDeps, 'outcome' | 'assume'> {
  readonly pipeline: Pipeline;
  readonly store: Store;
  readonly lock: Lockfile;
  readonly publisher: Publisher;
  readonly trees: TreeLookup;
  /** Missing data and results count as unchanged where the lockfile knows them, as long as nothing has to read them. */
  readonly allowMissing: boolean;
}

export function makePlanner({ pipeline, store, lock, publisher, trees, allowMissing, ...deps }: PlannerDeps): Planner {
  const byId = new Map(pipeline.instances.map((instance) => [instance.id, instance]));
  const identifications = new Map<InstanceId, Identification>();
  let outcomes = new Map<InstanceId, ProducerState>();
  let verdicts = new Map<InstanceId, Promise<Verdict>>();
  let history: ExpectedDurations | undefined;
  /** Something that will run reads their results: the lockfile's word is not enough. */
  const needed = new Set<InstanceId>();
  const assume: IdentifyDeps['assume'] = (id, input) =>
    allowMissing ? lock.get(id)?.identity.inputs[input] : undefined;

  /** Decides about an instance and, before it, about its producers. */
  function verdictOf(instance: Instance, forced: ReadonlySet<InstanceId>): Promise<Verdict> {
    let verdict = verdicts.get(instance.id);
    if (!verdict) {
      const outcome = async (id: InstanceId): Promise<ProducerState> => outcomeOf(await verdictOf(known(id), forced));
      verdicts.set(instance.id, (verdict = decided(instance, forced.has(instance.id), outcome)));
    }
    return verdict;
  }

  async function decided(instance: Instance, forced: boolean, outcome: IdentifyDeps['outcome']): Promise<Verdict> {
    const identification = await identify(instance, { ...deps, outcome, assume });
    identifications.set(instance.id, identification);
    const record = identification.kind === 'known' ? await store.record(identification.fingerprint) : undefined;
    const locked = lock.get(instance.id);
    const vouches = allowMissing && locked !== undefined && !needed.has(instance.id);
    const verdict = decideVerdict(instance, {
      identification,
      forced,
      record,
      locked,
      trees,
      storeFaults: record ? storeFaults(record, store) : [],
      publishFaults: (record ?? vouches) ? await publisher.faults(instance, (record ?? locked!).outputs) : [],
      vouches,
    });
    outcomes.set(instance.id, outcomeOf(verdict));
    return verdict;
  }

  /**
   * Blobs that will be read - inputs of what runs, outputs of what is restored - are read now, unless they were since
   * they last changed: better to learn before a run than in it that a producer must run again.
   */
  async function findsDamage(instances: readonly Instance[]): Promise<boolean> {
    let found = false;
    const check = async (output: StoredOutput | undefined, what: string, maker: InstanceId) => {
      try {
        if (output) await verifyContent(store, output, what);
      } catch (error) {
        if (!(error instanceof DamagedBlobError)) throw error;
        found = true;
        needed.add(maker);
      }
    };
    for (const instance of instances) {
      const verdict = await verdicts.get(instance.id)!;
      if (verdict.kind === 'restore')
        for (const [name, output] of Object.entries(verdict.record.outputs)) await check(output, name, instance.id);
      if (verdict.kind !== 'run') continue;
      for (const { producer, output } of producedInputsOf(instance)) {
        const result = outcomes.get(producer);
        if (typeof result === 'object') await check(result.outputs[output], output, producer);
      }
    }
    return found;
  }

  async function usesEngine({ body }: Instance): Promise<boolean> {
    if (body.kind === 'command') return false;
    const code = await deps.code.of(body.module);
    return code.ok && code.value.usesEngine;
  }

  function known(id: InstanceId): Instance {
    const instance = byId.get(id);
    if (!instance) throw new Error(`Internal error: ${id} is not part of the pipeline.`);
    return instance;
  }

  return {
    async plan(instances, forced) {
      // Damage that was found is in quarantine, so that each round has fewer blobs to find bad.
      do {
        outcomes = new Map();
        verdicts = new Map();
        for (const instance of instances) await verdictOf(instance, forced);
      } while (await findsDamage(instances));

      const entries: PlanEntry[] = [];
      for (const instance of instances) {
        const verdict = await verdicts.get(instance.id)!;
        if (verdict.kind === 'run') history ??= await readExpectedDurations(store);
        const expected =
          'record' in verdict
            ? verdict.record.execution.seconds
            : history?.secondsOf(instance, lock.get(instance.id)?.fingerprint);
        entries.push({
          instance,
          verdict,
          ...(expected !== undefined && { expectedSeconds: expected }),
          usesEngine: await usesEngine(instance),
        });
      }
      return entries;
    },

    decide(instance, forced) {
      return decided(instance, forced, (id) => {
        const outcome = outcomes.get(id);
        if (typeof outcome !== 'object')
          throw new Error(`Internal error: ${instance.id} is decided about before its producer ${id} has results.`);
        return Promise.resolve(outcome);
      });
    },

    identification: (id) => identifications.get(id),
    result: (id) => {
      const outcome = outcomes.get(id);
      return typeof outcome === 'object' ? outcome : undefined;
    },
    settle: (id, record) => void outcomes.set(id, record),
  };
}

function outcomeOf(verdict: Verdict): ProducerState {
  if (verdict.kind === 'run') return 'pending';
  if (verdict.kind === 'blocked') return 'blocked';
  return 'record' in verdict ? verdict.record : { fingerprint: verdict.fingerprint, outputs: verdict.outputs };
}

export function producedInputsOf(instance: Instance): Produced[] {
  return Object.values(instance.inputs).flatMap((input): readonly Produced[] =>
    input.kind === 'output' ? [input] : input.kind === 'gather' ? input.members : [],
  );
}

/** Without reading any blob: is it there, and has it the right size? */
function storeFaults({ outputs }: RunRecord, store: Store): Reason[] {
  const faults: Reason[] = [];
  for (const [name, output] of Object.entries(outputs)) {
    const state = output.kind === 'file' ? store.look(output.digest, output.bytes) : folderState(output, store);
    if (state === 'damaged') faults.push({ kind: 'damaged', output: name });
    else if (state === 'absent' && !faults.some((fault) => fault.kind === 'not-in-store'))
      faults.push({ kind: 'not-in-store' });
  }
  return faults;
}

function folderState({ digest }: StoredOutput, store: Store): BlobState {
  const there = store.look(digest);
  if (there !== 'intact') return there;
  const text = store.text(digest);
  if (text === undefined) return 'damaged';
  const states = parseTree(text).map((entry) =>
    entry.digest === '' ? 'intact' : store.look(entry.digest, entry.bytes),
  );
  return states.find((state) => state !== 'intact') ?? 'intact';
}
