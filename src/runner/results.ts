/** Answers questions about the results of past executions. Implemented in results/ and transfer/. */
import type { LineageEntry } from '../stage/protocol.ts';
import type { Digest } from '../util/digest.ts';
import type { Instance } from './pipeline.ts';
import type { InstanceId } from '../formats/identity.ts';
import type { Reason } from '../formats/reason.ts';
import type { RunRecord, StoredOutput } from '../formats/run-record.ts';

export interface Results {
  /** The record of the result that the lockfile names for an instance. */
  locked(id: InstanceId): Promise<RunRecord | undefined>;

  /** Every result of these instances that the store still holds, the newest first. */
  past(ids: ReadonlySet<InstanceId>): Promise<readonly PastResult[]>;

  /** Absolute paths of the logs kept for an instance, successful or not, oldest first. */
  logs(id: InstanceId): Promise<readonly string[]>;

  /** The executions behind an instance's inputs, producers first. */
  lineage(instance: Instance): Promise<readonly LineageEntry[]>;

  /** A stored file as text; undefined if the store does not hold it intact. */
  text(digest: Digest): Promise<string | undefined>;

  /**
   * Absolute paths of the stored files of an output, by name; read and compared with their digests. Throws
   * DamagedBlobError.
   */
  filesOf(output: StoredOutput, description: string): Promise<ReadonlyMap<string, string>>;

  /**
   * Restores outputs in the lockfile to their published places, or all of them below another folder. If files with
   * other content are in the way, they are reported and nothing is written, unless they may be renamed aside.
   */
  checkout(
    instances: readonly Instance[],
    options: { readonly to?: string; readonly aside: boolean },
  ): Promise<readonly CheckedOut[]>;
}

export interface PastResult {
  readonly record: RunRecord;
  /** The differences from the result before it; none for the first one. */
  readonly changes: readonly Reason[];
}

export interface CheckedOut {
  readonly instance: InstanceId;
  /** Absent if the lockfile has no entry of the instance. */
  readonly output?: string;
  /** Absolute. */
  readonly path?: string;
  readonly state: 'placed' | 'in-place' | 'edited' | 'not-in-store' | 'not-executed';
  /** Absolute path to which the existing file was renamed. */
  readonly aside?: string;
}
