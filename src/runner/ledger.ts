/**
 * What is known about past executions and about the files of now: the one place that decides and that remembers.
 * Implemented in plan/ over code/ and store/; used by execution/ and by the command line.
 */
import type { JobInput, LineageEntry } from '../stage/protocol.ts';
import type { Digest } from '../util/digest.ts';
import type { Result } from '../util/result.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Failure } from './event.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Instance, InstanceId, Pipeline } from './pipeline.ts';
import type { Plan, Reason, Verdict } from './plan.ts';
import type { Execution, RunRecord, StoredOutput } from './record.ts';

export interface Ledger {
  readonly pipeline: Pipeline;
  /** Absolute path of the store (`<root>/cache`). */
  readonly storeFolder: string;
  /** What was found on opening it and did not keep it from opening. */
  readonly warnings: readonly Diagnostic[];

  /** Decides about every instance, without changing anything. Nothing is hashed, statted or bundled twice. */
  plan(instances: readonly Instance[], options: { readonly force: ReadonlySet<InstanceId> }): Promise<Plan>;

  /**
   * Decides again about one instance whose producers were all executed or restored: the fingerprint is known now.
   * `anew`: after another look at its workspace inputs; hours may have passed since the plan.
   */
  decide(instance: Instance, options: { readonly force: boolean; readonly anew?: boolean }): Promise<Verdict>;

  /**
   * Makes the private folder of an execution: inputs under their names, places for outputs, the code, the checkpoint folder.
   * Throws DamagedBlobError (store/damage.ts) where an input's blob rotted since the plan; it is quarantined by then,
   * and the next plan runs its producer again. `apart`: the checkpoint folder is private too, and begins empty.
   */
  prepare(instance: Instance, fingerprint: Fingerprint, options?: { readonly apart: boolean }): Promise<Sandbox>;

  /** Whether an execution counts: its inputs did not change meanwhile, and its outputs are there and as declared. */
  prove(sandbox: Sandbox): Promise<Result<void, Failure>>;

  /**
   * Takes over what an execution wrote, in this order: inputs proved unchanged, outputs hashed and moved into the
   * store, record written, published, lockfile saved (a moment later, where results come fast). On failure nothing is
   * recorded, with one exception: after a publish-conflict the result is in the store, so that a training is not lost for
   * a file that stands in its way.
   */
  commit(instance: Instance, sandbox: Sandbox, execution: Execution): Promise<Result<RunRecord, Failure>>;

  /**
   * Keeps checkpoint and log of an execution that did not succeed, and removes the rest of its private folder. Where an
   * input changed meanwhile, the checkpoint goes too: nobody knows what it was computed from.
   */
  abandon(sandbox: Sandbox): Promise<void>;

  /** Verifies the digests of a recorded execution, publishes its outputs, updates the lockfile. */
  restore(instance: Instance, verdict: Extract<Verdict, { record: RunRecord }>): Promise<Result<RunRecord, Failure>>;

  /** Absolute paths of the stored files of an output, by name; read and compared with their digests. Throws DamagedBlobError. */
  filesOf(output: StoredOutput, what: string): Promise<ReadonlyMap<string, string>>;

  /** The executions behind an instance's inputs, producers first. */
  lineage(instance: Instance): Promise<readonly LineageEntry[]>;

  /** Records by fingerprint, and the one that the lockfile names for an instance. */
  record(fingerprint: Fingerprint): Promise<RunRecord | undefined>;
  locked(id: InstanceId): Promise<RunRecord | undefined>;

  /** Every result of these instances that the store still holds, the newest first. */
  results(ids: ReadonlySet<InstanceId>): Promise<readonly PastResult[]>;

  /**
   * Puts outputs that the lockfile names where `publish` says, or all of them below another folder. Where files of other
   * content stand in the way, only these are reported and nothing is written, unless they may be renamed aside.
   */
  checkout(
    instances: readonly Instance[],
    options: { readonly to?: string; readonly aside: boolean },
  ): Promise<readonly CheckedOut[]>;

  /** A stored file as text; undefined where the store does not hold it intact. */
  text(digest: Digest): Promise<string | undefined>;

  /** Absolute paths of the logs kept for an instance, successful or not, oldest first. */
  logs(id: InstanceId): Promise<readonly string[]>;

  /** Writes what was learnt (file digests, bundles) for the next command. */
  close(): Promise<void>;
}

export interface PastResult {
  readonly record: RunRecord;
  /** By what it differs from the result before it; of the first one, nothing. */
  readonly changes: readonly Reason[];
}

export interface CheckedOut {
  readonly instance: InstanceId;
  /** Absent where the lockfile knows nothing of the instance. */
  readonly output?: string;
  /** Absolute. */
  readonly path?: string;
  readonly state: 'placed' | 'in-place' | 'edited' | 'not-in-store' | 'not-executed';
  /** Absolute path to which what was there has been renamed. */
  readonly aside?: string;
}

export interface Sandbox {
  readonly fingerprint: Fingerprint;
  /** Absolute; private to this execution. */
  readonly folder: string;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly checkpoint: string;
  /** A checkpoint of an earlier attempt at this very fingerprint is there. */
  readonly resumed: boolean;
  /** How often the work was continued from a checkpoint, this attempt included. */
  readonly resumes: number;
  /** There was one, but it may come from other inputs than those of now. */
  readonly discarded: boolean;
  /** The bundle to import, for a module stage. */
  readonly module?: string;
  /** Absolute path of the log of the next attempt. */
  log(attempt: number): string;
}
