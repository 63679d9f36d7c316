/** Opens a pipeline with its store and its lockfile: a planner, the executions and the results. */
import path from 'node:path';
import { sweepDrafts, sweepTemporaries } from '../util/atomic-file.ts';
import type { Digest } from '../util/digest.ts';
import { err, ok, type Result } from '../util/result.ts';
import type { Bundler } from './code/bundle.ts';
import { checkModules, type ModuleCheck } from './check/check-modules.ts';
import { openContractCache } from './check/contract-cache.ts';
import { openBundleCache } from './code/bundle-cache.ts';
import type { Locate } from './config/locate.ts';
import { versionLookup } from './data-versions/version-lookup.ts';
import type { Diagnostic } from '../formats/diagnostic.ts';
import type { Axes, InstanceId } from '../formats/identity.ts';
import type { Executions } from './executions.ts';
import { openLockfile, type Lockfile } from './lockfile/lockfile.ts';
import { throttledWriter, type ThrottledWriter } from './lockfile/throttled-writer.ts';
import { registerRunner } from './maintenance/runner-registration.ts';
import { registerLockfile } from './maintenance/store-lockfiles.ts';
import type { Instance, Pipeline } from './pipeline.ts';
import type { TreeLookup } from './plan/compare.ts';
import { PipelinePlanner } from './plan/planner.ts';
import type { Planner } from './planner.ts';
import { alone } from './resources/lease.ts';
import { WaitNotices } from './resources/wait-notices.ts';
import type { Results } from './results.ts';
import { StoredResults } from './results/stored-results.ts';
import { openDigestCache, type DigestCache } from './store/digest-cache.ts';
import { ignoreRules } from '../util/ignore.ts';
import { LocalStore } from './store/local-store.ts';
import { makeStateFolder } from './store/state-file.ts';
import type { Store } from './store/store.ts';
import { parseTree } from './store/tree.ts';
import { committedFolder, CommittedOutputs } from './transfer/committed-outputs.ts';
import { SandboxedExecutions } from './transfer/executions.ts';
import { Publisher } from './transfer/publish.ts';
import { removeDeadSandboxes } from './transfer/sandbox.ts';
import { StoreWithCopies } from './transfer/store-with-copies.ts';

export interface OpenPipeline {
  readonly pipeline: Pipeline;
  /** Absolute path of the store (`<root>/cache`). */
  readonly storeFolder: string;
  /** Found on opening; none of them kept it from opening. */
  readonly warnings: readonly Diagnostic[];
  readonly planner: Planner;
  readonly executions: Executions;
  readonly results: Results;
  /** Told where a command waits long for another one. */
  readonly waits: WaitNotices;
  /**
   * Compares instances with the declarations of their modules. Nothing runs. `retries`: imports again the modules whose
   * import failed before.
   */
  checkModules(
    instances: readonly Instance[],
    locate: Locate,
    options?: { readonly retries?: boolean },
  ): Promise<ModuleCheck>;
  /** Writes caches (file digests, bundles) for the next command. */
  close(): Promise<void>;
}

interface OpenOptions {
  /** Absolute; made if it is not there. */
  readonly storeFolder: string;
  /** Absolute. */
  readonly lockFile: string;
  /** For a command that executes or restores. Without it, the store is only read, and needs no permission to write. */
  readonly executes?: boolean;
  /** A sweep of the store spares what the command relies on. Implied by `executes`. */
  readonly protects?: boolean;
  /** Missing data and results count as unchanged if the lockfile knows them and no execution needs them. */
  readonly allowMissing?: boolean;
  /** Another bundler than esbuild, for tests. */
  readonly bundle?: Bundler;
}

/** Fails if the lockfile cannot be read; a missing store counts as empty. */
export async function openPipeline(
  pipeline: Pipeline,
  { storeFolder, lockFile, executes = false, protects = executes, allowMissing = false, bundle }: OpenOptions,
): Promise<Result<OpenPipeline, readonly Diagnostic[]>> {
  const { root } = pipeline;
  const drafts = path.join(storeFolder, 'drafts');
  const opened = openLockfile(lockFile, drafts);
  if (!opened.ok) return err([opened.error]);
  const lock = opened.value;
  const stateFolder = makeStateFolder(storeFolder);
  if (executes) removeLeftovers(storeFolder, lockFile, drafts);
  const registration = protects ? await registerRunner(storeFolder, { optional: !executes }) : undefined;

  const own = [storeFolder, lockFile, committedFolder(lockFile)];
  const contents = openDigestCache(root, stateFolder, own, ignoreRules(root, pipeline.ignore ?? []));
  const committed = new CommittedOutputs({ pipeline, lockFile, storeFolder, drafts, lock, contents });
  const local = new LocalStore(storeFolder, contents, { quarantines: executes });
  const store = executes ? local : new StoreWithCopies(local, await committed.find());
  const code = openBundleCache({ root, stateFolder, contents, store, keeps: executes, ...(bundle && { bundle }) });
  const publisher = new Publisher({ root, stateFolder, drafts, contents, store, committed });
  const trees = treeLookup(contents, store);
  const versions = versionLookup({ root, storeFolder, store, trees });
  const decisions = new PipelinePlanner({
    ...{ pipeline, root, contents, code, store, lock, trees, versions, allowMissing },
    publishFaults: (instance, outputs) => publisher.faults(instance, outputs, lock.get(instance.id)?.outputs ?? {}),
    relyOn: async (names) => registration === undefined || registration.relyOn(names),
  });
  const waits = new WaitNotices();
  const writer = lockfileWriter(pipeline, storeFolder, lock, waits);
  const common = { root, storeFolder, store, contents, lock, committed, decisions, drafts };

  const warnings = lock.hadConflict ? [conflictWarning(lockFile, executes)] : [];
  if (executes && lock.hadConflict) await writer.schedule();
  return ok({
    ...{ pipeline, storeFolder, warnings, waits },
    planner: executes ? withCommittedResults(decisions, () => committed.importMissing(store)) : decisions,
    executions: new SandboxedExecutions({
      ...common,
      code,
      publisher,
      waits,
      saveLockfile: async () => {
        await registerLockfile(storeFolder, lockFile);
        await writer.schedule();
      },
    }),
    results: new StoredResults({ ...common, trees, versions }),
    checkModules: (instances, locate, { retries = false } = {}) =>
      checkModules(instances, locate, openContractCache({ root, storeFolder, code }), retries),
    async close() {
      try {
        await writer.flush();
      } finally {
        registration?.unregister();
        for (const cache of [contents, code, publisher]) await cache.save();
      }
    },
  });
}

/** Removes files of runners that were killed. */
function removeLeftovers(storeFolder: string, lockFile: string, drafts: string): void {
  removeDeadSandboxes(storeFolder);
  sweepTemporaries(lockFile);
  sweepDrafts(drafts);
}

/** A planner that first takes into the store what only the committed outputs have. */
function withCommittedResults(planner: Planner, importMissing: () => Promise<void>): Planner {
  return {
    plan: async (instances, options) => {
      await importMissing();
      return planner.plan(instances, options);
    },
    decide: (instance, options) => planner.decide(instance, options),
    unsteadyInputs: (instance) => planner.unsteadyInputs(instance),
  };
}

/** Folders of now are known from the workspace, those of past executions from the store. */
function treeLookup(contents: DigestCache, store: Store): TreeLookup {
  return (digest: Digest) => {
    const now = contents.entries(digest);
    const text = now ? undefined : store.text(digest);
    return text === undefined ? now : parseTree(text);
  };
}

function lockfileWriter(
  { stages }: Pipeline,
  storeFolder: string,
  lock: Lockfile,
  waits: WaitNotices,
): ThrottledWriter {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  /** An instance of a removed stage, or of one with other axes, will never be requested again. */
  const keeps = (id: InstanceId, axes: Axes): boolean => {
    const names = byName.get(id.split(':')[0] ?? '')?.axes;
    return names?.length === Object.keys(axes).length && names.every((name) => name in axes);
  };
  const lease = path.join(storeFolder, 'leases', 'lockfile');
  return throttledWriter(() =>
    alone(
      lease,
      () => lock.save(keeps),
      (holder) => {
        waits.tell('to write the lockfile', holder);
      },
    ),
  );
}

function conflictWarning(lockFile: string, executes: boolean): Diagnostic {
  const name = path.basename(lockFile);
  return {
    code: 'lockfile-joined',
    severity: 'warning',
    message: `${name} holds a merge conflict; the entries of both sides are used, ours if they differ`,
    remedy: executes
      ? `It has been written without the conflict: git add ${name}.`
      : 'The next run writes it without the conflict.',
  };
}
