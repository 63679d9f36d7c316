/** The record of one successful execution in the store: `runs/<fingerprint>/<result>.json`. */
import type { Digest } from '../util/digest.ts';
import type { Json, JsonObject } from '../util/json.ts';
import type { ContentKind, Fingerprint, FingerprintRecord } from './fingerprint.ts';
import type { Axes, InstanceId } from './pipeline.ts';

export interface RunRecord {
  readonly format: 1;
  readonly fingerprint: Fingerprint;
  readonly instance: InstanceId;
  readonly stage: string;
  readonly axes: Axes;
  readonly identity: FingerprintRecord;
  /** Digest of each normalized source file in the bundle, so that `why` can name the changed one. */
  readonly sources: Readonly<Record<string, Digest>>;
  /** The origin of each input, for lineage: a workspace path, or the fingerprints that made it. */
  readonly origins: Readonly<Record<string, readonly Origin[]>>;
  readonly outputs: Readonly<Record<string, StoredOutput>>;
  readonly execution: Execution;
}

export type Origin =
  /** `glob`: it is a pattern. */
  | { readonly kind: 'path'; readonly path: string; readonly glob?: true }
  | { readonly kind: 'run'; readonly fingerprint: Fingerprint; readonly instance: InstanceId; readonly output: string };

export interface StoredOutput {
  readonly kind: ContentKind;
  readonly file: string;
  readonly digest: Digest;
  /** Bytes, of all files together. */
  readonly bytes: number;
}

export interface Execution {
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  readonly attempts: number;
  /** The number of resumes from a checkpoint. */
  readonly resumes: number;
  readonly host: string;
  readonly platform: string;
  readonly node: string;
  /** The notes of the stage from `stage.record`: engine, device, versions. */
  readonly notes: JsonObject;
  /** Last value of each metric it reported. */
  readonly metrics: Readonly<Record<string, Json>>;
  readonly warnings: readonly string[];
  readonly resources: Readonly<Record<string, number | string>>;
  /** Peak resident memory of the stage's own process in bytes, if known. */
  readonly peakMemoryBytes?: number;
  /** Path of the log, relative to the store. */
  readonly log: string;
}
