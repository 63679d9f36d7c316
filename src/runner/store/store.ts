/**
 * A store keeps results: blobs by digest, records by fingerprint and result. Planning and execution use only this
 * interface; store.contract.ts tests every implementation.
 */
import type { Digest } from '../../util/digest.ts';
import type { Fingerprint } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { RecordKey } from './record-file.ts';

export interface Store {
  /**
   * Does it hold this blob, as far as can be told without reading it? `damaged`: another size, or found damaged before.
   */
  look(digest: Digest, bytes?: number): BlobState;
  /** Reads the blob unless it was verified since it last changed. */
  verify(digest: Digest): Promise<BlobState>;
  /** Reads the blob, ignoring caches, and leaves it in place. */
  check(digest: Digest): Promise<BlobState>;
  /** Absolute path of a blob to be read; only for one that was verified. */
  pathOf(digest: Digest): string;
  /** Takes a finished file, which is gone from its place afterwards. Its digest is computed here and returned. */
  take(file: string): Promise<{ digest: Digest; bytes: number }>;
  /**
   * Takes many finished files as one: what they share in work is done once. Nobody may rely on any of them before it
   * has ended.
   */
  takeAll(files: readonly string[]): Promise<{ digest: Digest; bytes: number }[]>;
  put(text: string): Promise<Digest>;
  /** A blob of text, verified while it is read; undefined if it is absent or damaged. */
  text(digest: Digest): string | undefined;

  /** The record of an execution; a record that cannot be read counts as absent. */
  record(key: RecordKey): Promise<RunRecord | undefined>;
  /** Every execution of a fingerprint, the newest first. */
  records(fingerprint: Fingerprint): Promise<RunRecord[]>;
  /** All its blobs must be in the store. Replaces the record of an execution with the same result. */
  putRecord(record: RunRecord): Promise<void>;
  /** The keys of all records, in no order. */
  recordKeys(): Promise<RecordKey[]>;
  /** Moves a blob or record that must not be used any more out of the way, without deleting it. */
  quarantineBlob(digest: Digest): void;
  quarantineRecord(key: RecordKey): void;
}

export type BlobState = 'intact' | 'absent' | 'damaged';
