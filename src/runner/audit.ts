/**
 * The verdict of a second execution of the same fingerprint. It is kept beside the record and counts for no
 * fingerprint.
 */
import type { JsonObject } from '../util/json.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { InstanceId } from './pipeline.ts';

/** `within`: only numbers differ, and each by no more than the tolerance. */
export type AuditVerdict = 'identical' | 'within' | 'different';

export interface Audit {
  readonly format: 1;
  readonly fingerprint: Fingerprint;
  readonly instance: InstanceId;
  /** The worst of its outputs. */
  readonly verdict: AuditVerdict;
  /** The allowed difference of two numbers a and b: tolerance * max(1, |a|, |b|). */
  readonly tolerance: number;
  readonly outputs: Readonly<Record<string, OutputAudit>>;
  /** When the second execution began: ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  /** The host of the execution, and the notes of the stage there. */
  readonly host: string;
  readonly platform: string;
  readonly node: string;
  readonly notes: JsonObject;
}

export interface OutputAudit {
  readonly verdict: AuditVerdict;
  /** The first place that differs, and how. */
  readonly first?: string;
  /** By tensor, column or JSON path (`loss[]` for all its elements): how far its numbers are apart. */
  readonly fields?: Readonly<Record<string, FieldDifference>>;
}

export interface FieldDifference {
  /** The number of different values. */
  readonly values: number;
  readonly maxAbsolute: number;
  /** |a - b| / max(|a|, |b|) */
  readonly maxRelative: number;
}
