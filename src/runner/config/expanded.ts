import type { InstanceId } from '../../formats/identity.ts';
import type { AxisEntry, Row } from './axis.ts';
import type { StageDraft } from './stage-draft.ts';

/** A stage with its combinations worked out. */
export interface ExpandedStage {
  readonly draft: StageDraft;
  /** In the order of the matrix. */
  readonly axes: readonly string[];
  /** For each axis the values that instances have, in order. */
  readonly domains: ReadonlyMap<string, readonly AxisEntry[]>;
  /** Sorted along the axes. */
  readonly rows: readonly ExpandedRow[];
  readonly reads: readonly string[];
  /** False when a fault here or upstream leaves it unknown which instances there are. */
  readonly complete: boolean;
}

/** One instance: its position in the matrix and the instances that it reads. */
export interface ExpandedRow {
  readonly id: InstanceId;
  readonly axes: Row;
  /** The names that placeholders may use: the axes, and `stage`. */
  readonly scope: Row;
  readonly bindings: ReadonlyMap<string, Binding>;
}

/** An input bound to one instance, or to all gathered ones. */
export interface Binding {
  readonly output: string;
  readonly gathered: boolean;
  readonly members: readonly ExpandedRow[];
}
