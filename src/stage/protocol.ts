/**
 * The protocol between the runner and a module stage: a job file in the sandbox, and one JSON message per line on file
 * descriptor 3. The runner imports nothing else from this room.
 */
import type { Json, JsonObject } from '../util/json.ts';

export interface Job {
  /** Absolute path of the bundled module to import. */
  readonly module: string;
  /** Absolute path of the module that was bundled. Imported packages are those that this module would find. */
  readonly source: string;
  readonly id: string;
  readonly stage: string;
  readonly axes: Readonly<Record<string, string | number | boolean>>;
  readonly params: JsonObject;
  readonly inputs: Readonly<Record<string, JobInput>>;
  /** Absolute paths to write to. A folder exists already. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Absolute path of a folder that survives failure and interruption of this very fingerprint. */
  readonly checkpoint: string;
  readonly resources: Readonly<Record<string, number | string>>;
  readonly lineage: readonly LineageEntry[];
  /** Inputs whose file names may be written nowhere. */
  readonly privateInputs?: readonly string[];
}

export type JobInput =
  | string
  | null
  | readonly { readonly path: string; readonly axes: Readonly<Record<string, string | number | boolean>> }[];

/** One execution that this stage's inputs come from, directly or not; producers first. */
export interface LineageEntry {
  readonly id: string;
  readonly stage: string;
  readonly axes: Readonly<Record<string, string | number | boolean>>;
  readonly fingerprint: string;
  readonly params: JsonObject;
  /** Digest of the bundle, or the command's template. */
  readonly code: string;
  /** ids of the executions that it reads, and workspace paths. */
  readonly reads: readonly string[];
  readonly notes: JsonObject;
  readonly seconds: number;
  readonly started: string;
  readonly peakMemoryBytes?: number;
  /** The verdict of an audit, if there was one: `identical`, or different numbers. */
  readonly audit?: {
    readonly verdict: 'identical' | 'within' | 'different';
    /** Numbers a and b count as equal within tolerance * max(1, |a|, |b|). */
    readonly tolerance: number;
    readonly started: string;
    readonly host: string;
    readonly platform: string;
    readonly node: string;
  };
}

export type Message =
  | {
      readonly type: 'progress';
      readonly done: number;
      readonly total?: number;
      readonly unit?: string;
      readonly note?: string;
    }
  | {
      readonly type: 'metric';
      readonly name: string;
      readonly value: Json;
      readonly step?: number;
      /** Milliseconds since 1970. */
      readonly time?: number;
    }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'record'; readonly notes: JsonObject }
  /** Peak resident memory of the stage's own process. */
  | { readonly type: 'usage'; readonly peakMemoryBytes: number }
  /** The default export returned. An exit without this message is a failure, even with exit code 0. */
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string; readonly stack?: string };

/** A bundle whose contract is asked for. Absolute paths of the bundle and of the module that was bundled. */
export interface DescribedBundle {
  readonly bundle: string;
  readonly source: string;
}

/** The answer about a module that was imported to read its contract. */
export type Description =
  | { readonly kind: 'contract'; readonly contract: JsonObject }
  /** The default export is no defined stage. */
  | { readonly kind: 'plain' }
  /** The module could not be imported. */
  | { readonly kind: 'failed'; readonly message: string };
