/** The view of the runner that a stage has. */
import type { Json, JsonObject } from '../util/json.ts';
import type { LineageEntry } from './protocol.ts';

/** A gathered input: one member for each instance collected, in axis order. */
export type Gathered = readonly { readonly path: string; readonly axes: Axes }[];
export type Axes = Readonly<Record<string, string | number | boolean>>;

export interface Stage {
  /** `finetune:model=M2,seed=0` */
  readonly id: string;
  readonly axes: Axes;
  /** Resolved, but of any shape: read them with `parameters(schema, stage)`. */
  readonly params: JsonObject;
  /** Absolute path of a file or folder; null where the pipeline says null; a list for a gathered input. */
  readonly inputs: Readonly<Record<string, string | null | Gathered>>;
  /** Absolute paths to write to. Returning without having written each is a failure. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Absolute path of a folder kept across failure, timeout, kill and reboot of this very work; removed on success. */
  readonly checkpoint: string;
  /** The granted resources: `cpu` threads, `gpu` cards, `memory` bytes, and slots of the user's names. */
  readonly resources: Readonly<Record<string, number | string>>;
  /** Every execution that the inputs come from, producers first. Not part of the fingerprint. */
  readonly lineage: readonly LineageEntry[];
  /** Inputs with `private: true`: names of their files may stand in no output, message or log. */
  readonly privateInputs: readonly string[];
  /** Aborts when the runner asks the stage to stop; write a checkpoint and return or throw. */
  readonly signal: AbortSignal;

  /** The path of an input that must be a single file or folder. Throws, naming the stage and the input. */
  input(name: string): string;
  /** The members of a gathered input. Throws if it is not one. */
  gathered(name: string): Gathered;
  /** The path to write an output to. Throws, naming the outputs declared. */
  output(name: string): string;

  progress(state: { done: number; total?: number; unit?: string; note?: string }): void;
  metric(name: string, value: Json, step?: number): void;
  warn(text: string): void;
  /** Adds to the provenance of the result: engine, device, versions. */
  record(notes: JsonObject): void;
}
