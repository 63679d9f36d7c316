/** The ledger: lockfile, store and workspace behind the interface that execution and the command line know. */
import path from 'node:path';
import { sweepTemporaries } from '../../util/atomic-file.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import { removeTree } from '../../util/remove-tree.ts';
import { err, ok, type Result } from '../../util/result.ts';
import type { Bundler } from '../code/bundle.ts';
import { openBundleCache } from '../code/bundle-cache.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Failure } from '../event.ts';
import type { Ledger, Sandbox } from '../ledger.ts';
import type { Axes, Instance, InstanceId, Pipeline } from '../pipeline.ts';
import type { RunRecord } from '../record.ts';
import { registerRunner } from '../maintenance/runner-registration.ts';
import { registerLockfile } from '../maintenance/store-lockfiles.ts';
import { alone } from '../resources/lease.ts';
import { openDigestCache } from '../store/digest-cache.ts';
import { verifyContent } from '../store/copy.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import { openLocalStore } from '../store/local-store.ts';
import { makeStateFolder } from '../store/state-file.ts';
import { parseTree } from '../store/tree.ts';
import { checkOut } from '../transfer/checkout.ts';
import { closeCheckpoint } from '../transfer/checkpoint.ts';
import { checkOutputs, storeOutputs } from '../transfer/collect-outputs.ts';
import { openCommittedOutputs } from '../transfer/committed-outputs.ts';
import { restoreMovedInputs } from '../transfer/restore-moved-inputs.ts';
import type { IdentityDetails } from './identify.ts';
import { lineageOf } from '../results/lineage.ts';
import { openLockfile } from '../lockfile/lockfile.ts';
import { findLogFiles } from '../store/log-files.ts';
import { pastResults } from '../results/past-results.ts';
import { throttledWriter } from '../lockfile/throttled-writer.ts';
import { makePlanner, producedInputsOf } from './planner.ts';
import { openPublisher } from '../transfer/publish.ts';
import { makeSandbox, removeDeadSandboxes } from '../transfer/sandbox.ts';
import {
  changedInputs,
  forgetInputs,
  inputVersions,
  inputTrees,
  type InputVersions,
} from '../transfer/input-snapshot.ts';

interface LedgerOptions {
  /** Absolute; made if it is not there. */
  readonly storeFolder: string;
  /** Absolute. */
  readonly lockFile: string;
  /** For a command that executes or restores: a sweep of the store spares what it relies on. */
  readonly executes?: boolean;
  /** Missing data and results count as unchanged where the lockfile knows them, as long as nothing has to read them. */
  readonly allowMissing?: boolean;
  /** Another bundler than esbuild, for tests. */
  readonly bundle?: Bundler;
}

/** Fails where the lockfile cannot be understood; a store that is not there yet is an empty one. */
export async function openLedger(
  pipeline: Pipeline,
  { storeFolder, lockFile, executes = false, allowMissing = false, bundle }: LedgerOptions,
): Promise<Result<Ledger, readonly Diagnostic[]>> {
  const opened = openLockfile(lockFile);
  if (!opened.ok) return err([opened.error]);
  const lock = opened.value;
  const { root } = pipeline;
  const stateFolder = makeStateFolder(storeFolder);
  removeDeadSandboxes(storeFolder);
  const registration = executes ? await registerRunner(storeFolder) : undefined;

  const contents = openDigestCache(root, stateFolder);
  const store = openLocalStore(storeFolder, contents);
  const code = openBundleCache({ root, stateFolder, contents, store, ...(bundle && { bundle }) });
  const committed = openCommittedOutputs({ pipeline, lockFile, storeFolder, lock, contents });
  const publisher = openPublisher(root, stateFolder, contents, store, committed);
  /** Folders of now are known from the workspace, those of past executions from the store. */
  const trees = (digest: Digest) => {
    const now = contents.entries(digest);
    const text = now ? undefined : store.text(digest);
    return text === undefined ? now : parseTree(text);
  };
  const planner = makePlanner({ pipeline, root, contents, code, store, lock, publisher, trees, allowMissing });
  const stages = new Map(pipeline.stages.map((stage) => [stage.name, stage]));
  /** What each private folder was made for. */
  const underway = new Map<
    string,
    {
      readonly instance: Instance;
      readonly details: IdentityDetails;
      readonly versions: InputVersions;
      readonly rest: () => void;
    }
  >();

  const workIn = ({ folder }: Sandbox) => {
    const work = underway.get(folder);
    if (!work) throw new Error(`Internal error: ${folder} was not prepared by this ledger.`);
    return work;
  };

  const result = (id: InstanceId) => {
    const record = planner.result(id);
    if (!record) throw new Error(`Internal error: ${id} has no results, and a consumer of it is executed.`);
    return record;
  };
  const surroundings = { root, contents, store, result };

  /** An instance of a stage that is gone, or whose axes have other names, will never be asked for again. */
  const keeps = (id: InstanceId, axes: Axes) => {
    const names = stages.get(id.split(':')[0]!)?.axes;
    return names?.length === Object.keys(axes).length && names.every((name) => name in axes);
  };

  /** False: what was found in the store may be gone by now, decide again. */
  const relyOn = async (instances: readonly Instance[]): Promise<boolean> => {
    const names = instances.flatMap(({ id }) => {
      const known = planner.identification(id);
      if (!known || known.kind === 'blocked') return [];
      return [
        ...(known.kind === 'known' ? [known.fingerprint] : []),
        ...(known.identity.code.kind === 'module' ? [known.identity.code.bundle] : []),
      ];
    });
    return registration === undefined || registration.relyOn(names);
  };

  const prove = async (sandbox: Sandbox): Promise<Result<void, Failure>> => {
    const { instance, details, versions } = workIn(sandbox);
    const changed = await changedInputs(instance, details.identity, versions, surroundings);
    return changed.length > 0 ? err({ kind: 'input-changed', paths: changed }) : checkOutputs(instance, sandbox);
  };

  const saving = throttledWriter(() => alone(path.join(storeFolder, 'leases', 'lockfile'), () => lock.save(keeps)));

  async function finish(instance: Instance, record: RunRecord): Promise<Result<RunRecord, Failure>> {
    // As soon as there is a record, several runners may be about to publish it.
    const published = await alone(
      path.join(storeFolder, 'leases', `publish-${digestOf(instance.id).slice(0, 16)}`),
      () => publisher.publish(instance, record.outputs, lock.get(instance.id)?.outputs ?? {}),
    );
    if (!published.ok) return published;
    await committed.remember(instance, record);
    lock.set(instance.id, record);
    registerLockfile(storeFolder, lockFile);
    await saving.schedule();
    planner.settle(instance.id, record);
    return ok(record);
  }

  const warnings = lock.hadConflict ? [conflictWarning(lockFile, executes)] : [];
  if (executes) {
    sweepTemporaries(lockFile);
    if (lock.hadConflict) await lock.save(keeps);
  }

  return ok({
    pipeline,
    storeFolder,
    warnings,

    async plan(instances, { force }) {
      await committed.fill(store);
      for (;;) {
        const entries = await planner.plan(instances, force);
        if (await relyOn(instances)) return { pipeline, entries };
        code.forget();
      }
    },

    async decide(instance, { force, anew = false }) {
      if (anew) forgetInputs(instance, root, contents);
      for (;;) {
        const verdict = await planner.decide(instance, force);
        if (await relyOn([instance])) return verdict;
      }
    },

    async prepare(instance, fingerprint, { apart } = { apart: false }) {
      const known = planner.identification(instance.id);
      if (known?.kind !== 'known' || known.fingerprint !== fingerprint)
        throw new Error(`Internal error: ${instance.id} is prepared with a fingerprint that was not decided upon.`);
      const bundleDigest = known.identity.code.kind === 'module' ? known.identity.code.bundle : undefined;
      const versions = await inputVersions(instance, surroundings);
      const { sandbox: sandbox, rest } = await makeSandbox(instance, fingerprint, bundleDigest, {
        root,
        storeFolder,
        store,
        contents,
        code,
        result,
        versions,
        apart,
      });
      underway.set(sandbox.folder, { instance, details: known, versions, rest });
      return sandbox;
    },

    prove,

    async commit(instance, sandbox, execution) {
      const work = workIn(sandbox);
      const { details } = work;
      const proved = await prove(sandbox);
      if (!proved.ok) return proved;
      const stored = await storeOutputs(instance, sandbox, store);
      for (const tree of await inputTrees(instance, root, contents)) await store.put(tree.text);
      const { identity, sources, origins } = details;
      const record: RunRecord = {
        format: 1,
        fingerprint: sandbox.fingerprint,
        instance: instance.id,
        stage: instance.stage,
        axes: instance.axes,
        identity,
        sources,
        origins,
        outputs: stored,
        execution,
      };
      await store.putRecord(record);
      underway.delete(sandbox.folder);
      work.rest();
      removeTree(sandbox.checkpoint);
      removeTree(sandbox.folder);
      return finish(instance, record);
    },

    async abandon(sandbox) {
      const work = underway.get(sandbox.folder);
      if (!work) return; // its result is in the store already, only a file stands in the way of publishing it
      const { instance, details, versions, rest } = work;
      underway.delete(sandbox.folder);
      rest();
      closeCheckpoint(
        sandbox.checkpoint,
        (await changedInputs(instance, details.identity, versions, surroundings)).length === 0,
      );
      await restoreMovedInputs(instance, sandbox, details.identity, root, contents);
      removeTree(sandbox.folder);
    },

    async restore(instance, { record }) {
      try {
        for (const [name, output] of Object.entries(record.outputs))
          await verifyContent(store, output, `output ${name} of ${instance.id}`);
      } catch (error) {
        if (!(error instanceof DamagedBlobError)) throw error;
        return err({ kind: 'damaged', message: error.message });
      }
      return finish(instance, record);
    },

    async filesOf(output, what) {
      await verifyContent(store, output, what);
      if (output.kind === 'file') return new Map([[output.file, store.pathOf(output.digest)]]);
      const entries = parseTree(store.text(output.digest)!);
      return new Map(entries.flatMap(({ name, digest }) => (digest === '' ? [] : [[name, store.pathOf(digest)]])));
    },

    lineage(instance) {
      return lineageOf(
        store,
        storeFolder,
        producedInputsOf(instance).flatMap(({ producer }) => planner.result(producer) ?? []),
      );
    },

    record: (fingerprint) => store.record(fingerprint),

    locked(id) {
      const entry = lock.get(id);
      return entry ? store.record(entry.fingerprint) : Promise.resolve(undefined);
    },

    async checkout(instances, options) {
      await committed.fill(store);
      return checkOut(instances, options, { root, store, contents, lock });
    },

    text: (digest) => Promise.resolve(store.text(digest)),

    results: (ids) => pastResults(ids, store, trees),

    logs: (id) => Promise.resolve(findLogFiles(storeFolder, id)),

    async close() {
      try {
        await saving.flush();
      } finally {
        registration?.unregister();
        await contents.save();
        await code.save();
        await publisher.save();
      }
    },
  });
}

function conflictWarning(lockFile: string, executes: boolean): Diagnostic {
  const name = path.basename(lockFile);
  return {
    code: 'lockfile-joined',
    severity: 'warning',
    message: `${name} holds a merge conflict; the entries of both sides are used, and where they differ ours`,
    remedy: executes
      ? `It has been written without the conflict: git add ${name}.`
      : 'The next run writes it without the conflict.',
  };
}
