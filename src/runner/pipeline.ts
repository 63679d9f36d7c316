/**
 * A pipeline file after validation and expansion of its matrices.
 *
 * `unknown -> Pipeline -> Plan -> Run`: config/ makes a Pipeline, and nothing after it checks again.
 */
import type { SourceLocation } from '../formats/diagnostic.ts';
import type { Axes, InstanceId } from '../formats/identity.ts';
import type { JsonObject } from '../util/json.ts';

export interface Pipeline {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  /** Absolute path of the project root, to which every path in the file is relative (see docs/pipeline.md). */
  readonly root: string;
  readonly name: string;
  readonly description?: string;
  /** After `extends` and `--set`. */
  readonly params: JsonObject;
  /** Patterns of files that are no part of an input, beside the default ones. */
  readonly ignore?: readonly string[];
  /** In the order of the file. */
  readonly stages: readonly StageDefinition[];
  /** Producers come before their consumers. */
  readonly instances: readonly Instance[];
}

/** The common part of all instances of a stage. `graph` draws it as a node; `status` groups by it. */
export interface StageDefinition {
  readonly name: string;
  readonly description?: string;
  /** The axes of every instance of this stage, in the order of its matrix. */
  readonly axes: readonly string[];
  /** Names of the stages that it reads. */
  readonly reads: readonly string[];
  readonly location: SourceLocation;
}

/** One execution: a stage with its axes fixed and every `${...}` resolved, except inside a command. */
export interface Instance {
  readonly id: InstanceId;
  readonly stage: string;
  readonly axes: Axes;
  readonly body: Body;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly params: JsonObject;
  /** Names of the environment variables that the stage sees. They count for its fingerprint. */
  readonly env: readonly string[];
  /** Names of variables it may see whose values are secret: they count for nothing and are written nowhere. */
  readonly secrets: readonly string[];
  readonly outputs: Readonly<Record<string, Output>>;
  readonly resources: Readonly<Record<string, number>>;
  readonly timeoutMs?: number;
  readonly retries: Retries;
  readonly location: SourceLocation;
}

export type Body =
  /** A TypeScript or JavaScript module, relative to the root, whose default export is called with a Stage. */
  | { readonly kind: 'module'; readonly module: string }
  /**
   * A template for the shell; `${inputs.x}` and the like are filled in, quoted, when it is run. `shell`: its name or
   * absolute path; absent: bash, or sh on a machine without bash.
   */
  | { readonly kind: 'command'; readonly template: string; readonly shell?: string };

export type Input =
  /** `null` in the file: the stage gets null. */
  | { readonly kind: 'none' }
  /** A file or folder, relative to the root. `source` tells the user the source of a missing file. */
  | {
      readonly kind: 'path';
      readonly path: string;
      readonly optional: boolean;
      readonly source?: string;
      /** Names of files in the folder are written nowhere. */
      readonly private?: boolean;
    }
  /** All matching files, relative to the root; the stage gets a folder that mirrors them. */
  | { readonly kind: 'glob'; readonly pattern: string }
  | ({ readonly kind: 'output' } & Produced)
  /** Collected along axes, in axis order. */
  | { readonly kind: 'gather'; readonly members: readonly (Produced & { readonly axes: Axes })[] };

export interface Produced {
  readonly producer: InstanceId;
  readonly output: string;
}

export interface Output {
  readonly kind: 'file' | 'folder';
  /** The name under which it is written, for instance `weights.safetensors`. */
  readonly file: string;
  /** Workspace path, relative to the root, to which it is copied after success or restore. */
  readonly publish?: string;
  readonly metrics: boolean;
  readonly commit: boolean;
}

export interface Retries {
  readonly limit: number;
  readonly delayMs: number;
  /** Exit codes that are retried; absent: all. */
  readonly on?: readonly number[];
}
