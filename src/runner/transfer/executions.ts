/** Sandboxes for executions, and their results taken over into store, published files and lockfile. */
import path from 'node:path';
import { digestOf } from '../../util/digest.ts';
import { removeTree } from '../../util/remove-tree.ts';
import { err, ok, type Result } from '../../util/result.ts';
import type { BundleCache } from '../code/bundle-cache.ts';
import type { Failure } from '../../formats/failure.ts';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { Execution, RunRecord } from '../../formats/run-record.ts';
import type { Executions, InputVersions, Sandbox, UnpublishedOutput } from '../executions.ts';
import type { Lockfile } from '../lockfile/lockfile.ts';
import type { Instance } from '../pipeline.ts';
import type { RestoreVerdict } from '../plan.ts';
import type { IdentityDetails, ProducedResults } from '../plan/identify.ts';
import type { Decisions } from '../plan/planner.ts';
import { alone } from '../resources/lease.ts';
import type { WaitNotices } from '../resources/wait-notices.ts';
import { digestsIn } from '../../util/digests-in.ts';
import { verifyContent } from '../store/copy.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import type { Store } from '../store/store.ts';
import { closeCheckpoint } from './checkpoint.ts';
import { checkOutputs, storeOutputs } from './collect-outputs.ts';
import type { CommittedOutputs } from './committed-outputs.ts';
import { keepSeries, removeLiveSeries } from '../series/keep-series.ts';
import { changedInputs, inputTrees, inputVersions, type ChangedInputs } from './input-snapshot.ts';
import type { Publisher } from './publish.ts';
import { restoreMovedInputs } from './restore-moved-inputs.ts';
import { makeSandbox, occupySandbox } from './sandbox.ts';

interface ExecutionsDeps {
  readonly root: string;
  readonly storeFolder: string;
  readonly store: Store;
  readonly contents: DigestCache;
  readonly code: BundleCache;
  readonly lock: Lockfile;
  readonly committed: CommittedOutputs;
  readonly publisher: Publisher;
  readonly decisions: Decisions;
  /** Called after each change of the lockfile. */
  readonly saveLockfile: () => Promise<void>;
  readonly waits: WaitNotices;
}

/** The instance and identification of a sandbox. */
interface Preparation {
  readonly instance: Instance;
  readonly details: IdentityDetails;
  readonly versions: InputVersions;
  /** Stops the sandbox's sign of life. */
  readonly rest: () => void;
}

export class SandboxedExecutions implements Executions {
  readonly #deps: ExecutionsDeps;
  /** By the folder of the sandbox. */
  readonly #prepared = new Map<string, Preparation>();
  readonly #unpublished: UnpublishedOutput[] = [];

  constructor(deps: ExecutionsDeps) {
    this.#deps = deps;
  }

  async prepare(instance: Instance, fingerprint: Fingerprint, { apart } = { apart: false }): Promise<Sandbox> {
    const known = this.#detailsOf(instance, fingerprint);
    const { code } = known.identity;
    const versions = await inputVersions(instance, this.#snapshotDeps());
    const { sandbox, rest } = await makeSandbox(
      instance,
      fingerprint,
      code.kind === 'module' ? code.bundle : undefined,
      { ...this.#deps, result: (id) => this.#results(id), versions, apart },
    );
    this.#prepared.set(sandbox.folder, { instance, details: known, versions, rest });
    return { ...sandbox, relies: digestsIn(JSON.stringify([known.identity, known.origins])) };
  }

  adopt(instance: Instance, sandbox: Sandbox): void {
    const { folder, fingerprint, versions } = sandbox;
    const details = this.#detailsOf(instance, fingerprint);
    this.#prepared.set(folder, { instance, details, versions, rest: occupySandbox(folder) });
  }

  leave({ folder }: Sandbox): void {
    this.#prepared.get(folder)?.rest();
    this.#prepared.delete(folder);
  }

  async prove(sandbox: Sandbox): Promise<Result<void, Failure>> {
    const { instance } = this.#preparation(sandbox);
    const { paths, added } = await this.#changedInputs(sandbox);
    if (paths.length > 0)
      return err({ kind: 'input-changed', paths: [...paths], ...(added.length > 0 && { added: [...added] }) });
    return checkOutputs(instance, sandbox);
  }

  async commit(instance: Instance, sandbox: Sandbox, execution: Execution): Promise<Result<RunRecord, Failure>> {
    const { root, storeFolder, store, contents } = this.#deps;
    const { details, rest } = this.#preparation(sandbox);
    const proved = await this.prove(sandbox);
    if (!proved.ok) return proved;
    const [outputs, series] = await Promise.all([
      storeOutputs(instance, sandbox, store),
      keepSeries(storeFolder, sandbox.fingerprint, store),
    ]);
    for (const tree of await inputTrees(instance, root, contents)) await store.put(tree.text);
    const kept = series === undefined ? execution : { ...execution, series };
    const record = recordOf(instance, sandbox.fingerprint, details, outputs, kept);
    await store.putRecord(record);
    removeLiveSeries(storeFolder, sandbox.fingerprint);
    this.#prepared.delete(sandbox.folder);
    rest();
    removeTree(sandbox.checkpoint);
    removeTree(sandbox.folder);
    return this.#takeOver(instance, record);
  }

  async abandon(sandbox: Sandbox): Promise<void> {
    const preparation = this.#prepared.get(sandbox.folder);
    if (!preparation) return; // its result is in the store already; only a file is in the way of publishing it
    const { instance, details, rest } = preparation;
    rest();
    closeCheckpoint(sandbox.checkpoint, (await this.#changedInputs(sandbox)).paths.length === 0);
    this.#prepared.delete(sandbox.folder);
    await restoreMovedInputs(instance, sandbox, details.identity, this.#deps.root, this.#deps.contents);
    removeTree(sandbox.folder);
  }

  async restore(instance: Instance, { record }: RestoreVerdict): Promise<Result<RunRecord, Failure>> {
    try {
      for (const [name, output] of Object.entries(record.outputs))
        await verifyContent(this.#deps.store, output, `output ${name} of ${instance.id}`);
    } catch (error) {
      if (!(error instanceof DamagedBlobError)) throw error;
      return err({ kind: 'damaged', message: error.message });
    }
    return this.#takeOver(instance, record);
  }

  unpublished(): readonly UnpublishedOutput[] {
    return this.#unpublished;
  }

  /** Publishes a recorded result and names it in the lockfile. */
  async #takeOver(instance: Instance, record: RunRecord): Promise<Result<RunRecord, Failure>> {
    const { storeFolder, publisher, committed, lock, decisions, saveLockfile, waits } = this.#deps;
    // As soon as there is a record, several runners may be about to publish it.
    const lease = path.join(storeFolder, 'leases', `publish-${digestOf(instance.id).slice(0, 16)}`);
    const conflicts = await alone(
      lease,
      () => publisher.publish(instance, record.outputs, lock.get(instance.id)?.outputs ?? {}),
      (holder) => {
        waits.tell(`to publish the outputs of ${instance.id}`, holder);
      },
    );
    this.#unpublished.push(...conflicts.map((path) => ({ instance: instance.id, path })));
    await committed.writeRecord(instance, record);
    lock.set(instance.id, record);
    await saveLockfile();
    decisions.settle(instance.id, record);
    return ok(record);
  }

  #detailsOf(instance: Instance, fingerprint: Fingerprint) {
    const known = this.#deps.decisions.identification(instance.id);
    if (known?.kind !== 'known' || known.fingerprint !== fingerprint)
      throw new Error(`Internal error: ${instance.id} is prepared with a fingerprint that was not decided upon.`);
    return known;
  }

  #changedInputs(sandbox: Sandbox): Promise<ChangedInputs> {
    const { instance, details, versions } = this.#preparation(sandbox);
    return changedInputs(instance, details.identity, versions, this.#snapshotDeps());
  }

  #snapshotDeps() {
    const { root, contents, store } = this.#deps;
    return { root, contents, store, result: (id: InstanceId) => this.#results(id) };
  }

  #preparation({ folder }: Sandbox): Preparation {
    const preparation = this.#prepared.get(folder);
    if (!preparation) throw new Error(`Internal error: ${folder} was not prepared here.`);
    return preparation;
  }

  #results(id: InstanceId): ProducedResults {
    const results = this.#deps.decisions.results(id);
    if (!results) throw new Error(`Internal error: ${id} has no results, and a consumer of it is executed.`);
    return results;
  }
}

function recordOf(
  { id, stage, axes }: Instance,
  fingerprint: Fingerprint,
  { identity, sources, origins }: IdentityDetails,
  outputs: RunRecord['outputs'],
  execution: Execution,
): RunRecord {
  return { format: 1, fingerprint, instance: id, stage, axes, identity, sources, origins, outputs, execution };
}
