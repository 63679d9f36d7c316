/** Prepares executions and records their results. Implemented in transfer/; called by execution/. */
import type { JobInput } from '../stage/protocol.ts';
import type { Result } from '../util/result.ts';
import type { Failure } from '../formats/failure.ts';
import type { Fingerprint, InstanceId } from '../formats/identity.ts';
import type { Execution, RunRecord } from '../formats/run-record.ts';
import type { Instance } from './pipeline.ts';
import type { RestoreVerdict } from './plan.ts';

export interface Executions {
  /**
   * Makes the sandbox of an execution: inputs under their names, folders for outputs, the code, the checkpoint folder.
   * Throws DamagedBlobError (store/damaged-blob-error.ts) if an input's blob was damaged since the plan. The blob is in
   * quarantine by then, and the next plan runs its producer again. `apart`: the checkpoint folder is private too, and
   * begins empty.
   */
  prepare(instance: Instance, fingerprint: Fingerprint, options?: { readonly apart: boolean }): Promise<Sandbox>;

  /** Does an execution count? Its inputs did not change meanwhile, and its outputs are there and as declared. */
  prove(sandbox: Sandbox): Promise<Result<void, Failure>>;

  /**
   * Takes over what an execution wrote, in this order: inputs proved unchanged, outputs hashed and moved into the
   * store, record written, published, lockfile saved (a moment later, if results come fast). On failure nothing is
   * recorded. A file in the way of a published output is no failure, see `unpublished`.
   */
  commit(instance: Instance, sandbox: Sandbox, execution: Execution): Promise<Result<RunRecord, Failure>>;

  /** Goes on with a sandbox that an earlier runner prepared for this very fingerprint. */
  adopt(instance: Instance, sandbox: Sandbox): void;

  /** Leaves a sandbox to a job that goes on without this runner. */
  leave(sandbox: Sandbox): void;

  /**
   * Keeps checkpoint and log of an execution that did not succeed, and removes the rest of its sandbox. If an input
   * changed meanwhile, the checkpoint is removed too, because it may come from either input.
   */
  abandon(sandbox: Sandbox): Promise<void>;

  /** Verifies the digests of a recorded execution, publishes its outputs, updates the lockfile. */
  restore(instance: Instance, verdict: RestoreVerdict): Promise<Result<RunRecord, Failure>>;

  /** Published places that were left alone by `commit` and `restore`, because a file of somebody else lies there. */
  unpublished(): readonly UnpublishedOutput[];
}

export interface UnpublishedOutput {
  readonly instance: InstanceId;
  /** As in the pipeline file. */
  readonly path: string;
}

/** The state of all inputs at one moment, by name. */
export type InputVersions = ReadonlyMap<string, string>;

/** The private folder of one execution. */
export interface Sandbox {
  readonly fingerprint: Fingerprint;
  /** Absolute. */
  readonly folder: string;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly checkpoint: string;
  /** A checkpoint of an earlier attempt at this very fingerprint is there. */
  readonly resumed: boolean;
  /** The number of resumes from a checkpoint, this attempt included. */
  readonly resumes: number;
  /** There was one, but it may come from other inputs than those of now. */
  readonly discarded: boolean;
  /** Absolute paths of checkpoints of the instance that its present parameters, code or data leave behind. */
  readonly leftCheckpoints?: readonly string[];
  /** The versions of the inputs when it was prepared. */
  readonly versions: InputVersions;
  /** Digests and fingerprints that the execution and its record need from the store. */
  readonly relies: readonly string[];
  /** The bundle to import, for a module stage. */
  readonly module?: string;
  /** Absolute path of the log of the next attempt. */
  log(attempt: number): string;
}
