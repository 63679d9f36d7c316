/** The ledger: lockfile, store and workspace behind the interface that execution and the command line know. */
import path from 'node:path';
import { sweepTemporaries } from '../../util/atomic-file.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import { removeTree } from '../../util/remove-tree.ts';
import { err, ok, type Result } from '../../util/result.ts';
import type { Bundler } from '../code/bundle.ts';
import { openCode } from '../code/code.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Failure } from '../event.ts';
import type { Ledger, Workplace } from '../ledger.ts';
import type { Axes, Instance, InstanceId, Pipeline } from '../pipeline.ts';
import type { RunRecord } from '../record.ts';
import { announce } from '../keeping/announcement.ts';
import { serve } from '../keeping/served.ts';
import { alone } from '../resources/lease.ts';
import { openContents } from '../store/content.ts';
import { verifyContent } from '../store/copy.ts';
import { DamagedBlobError } from '../store/damage.ts';
import { openLocalStore } from '../store/local-store.ts';
import { makeStateFolder } from '../store/state-file.ts';
import { parseTree } from '../store/tree.ts';
import { checkOut } from './checkout.ts';
import { closeCheckpoint } from './checkpoint.ts';
import { proveOutputs, takeOutputs } from './collect.ts';
import { openCommitted } from './committed.ts';
import { giveBack } from './give-back.ts';
import type { Details } from './identify.ts';
import { lineageOf } from './lineage.ts';
import { openLockfile } from './lockfile.ts';
import { logFiles } from './logs.ts';
import { pastResults } from './past-results.ts';
import { paced } from './paced.ts';
import { makePlanner, producedInputs } from './planner.ts';
import { openPublisher } from './publish.ts';
import { makeWorkplace, sweepWork } from './workplace.ts';
import { changedInputs, forgetInputs, inputStamps, inputTrees, type InputStamps } from './workspace.ts';

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
  sweepWork(storeFolder);
  const announcement = executes ? await announce(storeFolder) : undefined;

  const contents = openContents(root, stateFolder);
  const store = openLocalStore(storeFolder, contents);
  const code = openCode({ root, stateFolder, contents, store, ...(bundle && { bundle }) });
  const committed = openCommitted({ pipeline, lockFile, storeFolder, lock, contents });
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
    { readonly instance: Instance; readonly details: Details; readonly stamps: InputStamps; readonly rest: () => void }
  >();

  const workIn = ({ folder }: Workplace) => {
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
    return announcement === undefined || announcement.relyOn(names);
  };

  const prove = async (workplace: Workplace): Promise<Result<void, Failure>> => {
    const { instance, details, stamps } = workIn(workplace);
    const changed = await changedInputs(instance, details.identity, stamps, surroundings);
    return changed.length > 0 ? err({ kind: 'input-changed', paths: changed }) : proveOutputs(instance, workplace);
  };

  const saving = paced(() => alone(path.join(storeFolder, 'leases', 'lockfile'), () => lock.save(keeps)));

  async function finish(instance: Instance, record: RunRecord): Promise<Result<RunRecord, Failure>> {
    // As soon as there is a record, several runners may be about to publish it.
    const published = await alone(
      path.join(storeFolder, 'leases', `publish-${digestOf(instance.id).slice(0, 16)}`),
      () => publisher.publish(instance, record.outputs, lock.get(instance.id)?.outputs ?? {}),
    );
    if (!published.ok) return published;
    await committed.remember(instance, record);
    lock.set(instance.id, record);
    serve(storeFolder, lockFile);
    await saving.soon();
    planner.settle(instance.id, record);
    return ok(record);
  }

  const warnings = lock.joined ? [joinedWarning(lockFile, executes)] : [];
  if (executes) {
    sweepTemporaries(lockFile);
    if (lock.joined) await lock.save(keeps);
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
      const stamps = await inputStamps(instance, surroundings);
      const { workplace, rest } = await makeWorkplace(instance, fingerprint, bundleDigest, {
        root,
        storeFolder,
        store,
        contents,
        code,
        result,
        stamps,
        apart,
      });
      underway.set(workplace.folder, { instance, details: known, stamps, rest });
      return workplace;
    },

    prove,

    async commit(instance, workplace, execution) {
      const work = workIn(workplace);
      const { details } = work;
      const proved = await prove(workplace);
      if (!proved.ok) return proved;
      const stored = await takeOutputs(instance, workplace, store);
      for (const tree of await inputTrees(instance, root, contents)) await store.put(tree.text);
      const { identity, sources, origins } = details;
      const record: RunRecord = {
        format: 1,
        fingerprint: workplace.fingerprint,
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
      underway.delete(workplace.folder);
      work.rest();
      removeTree(workplace.checkpoint);
      removeTree(workplace.folder);
      return finish(instance, record);
    },

    async abandon(workplace) {
      const work = underway.get(workplace.folder);
      if (!work) return; // its result is in the store already, only a file stands in the way of publishing it
      const { instance, details, stamps, rest } = work;
      underway.delete(workplace.folder);
      rest();
      closeCheckpoint(
        workplace.checkpoint,
        (await changedInputs(instance, details.identity, stamps, surroundings)).length === 0,
      );
      await giveBack(instance, workplace, details.identity, root, contents);
      removeTree(workplace.folder);
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
        producedInputs(instance).flatMap(({ producer }) => planner.result(producer) ?? []),
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

    logs: (id) => Promise.resolve(logFiles(storeFolder, id)),

    async close() {
      try {
        await saving.settled();
      } finally {
        announcement?.withdraw();
        await contents.save();
        await code.save();
        await publisher.save();
      }
    },
  });
}

function joinedWarning(lockFile: string, executes: boolean): Diagnostic {
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
