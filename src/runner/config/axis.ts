/** One axis of a matrix, and the values that instances have on it. */
import type { AxisValue } from '../../formats/identity.ts';
import type { Origin } from './source.ts';
import type { ObjectNode } from './tree.ts';

export interface Axis {
  readonly name: string;
  readonly origin: Origin;
  readonly entries: readonly AxisEntry[];
}

export interface AxisEntry {
  readonly value: AxisValue;
  /** As in ids; two values with the same text are one value. */
  readonly text: string;
  /** The record behind a named value, reached as `${axis.field}`. */
  readonly fields?: ObjectNode;
  readonly origin: Origin;
}

/** The values of one combination, by axis. */
export type Row = ReadonlyMap<string, AxisEntry>;

/** The name that is no axis: `${stage}` is the stage that runs. */
export const STAGE = 'stage';

/** All names in a stage's placeholders, except parameters. */
export function scopeOf(stage: { readonly name: string; readonly origin: Origin }, axes: Row): Row {
  return new Map([...axes, [STAGE, { value: stage.name, text: stage.name, origin: stage.origin }]]);
}
