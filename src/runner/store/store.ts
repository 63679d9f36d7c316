/**
 * A store keeps results: blobs by digest, records by fingerprint. Planning and execution use only this interface;
 * store.contract.ts tests every implementation.
 */
import type { Digest } from '../../util/digest.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { RunRecord } from '../record.ts';

export interface Store {
  /**
   * Does it hold this blob? It answers without reading it, so damage may be missed. `damaged`: another size, or
   * quarantined before.
   */
  look(digest: Digest, bytes?: number): BlobState;
  /** Reads the blob unless it was verified since it last changed. A damaged blob is moved to quarantine. */
  verify(digest: Digest): Promise<BlobState>;
  /** Reads the blob, ignoring caches, and leaves it in place. */
  check(digest: Digest): Promise<BlobState>;
  /** Absolute path of a blob to be read; only for one that was verified. */
  pathOf(digest: Digest): string;
  /** Takes a finished file, which is gone from its place afterwards. Its digest is computed here and returned. */
  take(file: string): Promise<{ digest: Digest; bytes: number }>;
  put(text: string): Promise<Digest>;
  /** A blob of text, verified while it is read; undefined if it is absent or damaged. */
  text(digest: Digest): string | undefined;

  /** The record of an execution; a record that cannot be read counts as absent, and is moved to quarantine. */
  record(fingerprint: Fingerprint): Promise<RunRecord | undefined>;
  /** All its blobs must be in the store. Replaces an older record of the same fingerprint. */
  putRecord(record: RunRecord): Promise<void>;
  fingerprints(): Promise<Fingerprint[]>;
  /** Moves a file that must not be used any more out of the way; it is not deleted. */
  quarantine(what: { readonly blob: Digest } | { readonly record: Fingerprint }): void;
}

export type BlobState = 'intact' | 'absent' | 'damaged';
