/** What a second execution of the same fingerprint came to. It lies beside the record, and counts for no fingerprint. */
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
  /** How far two numbers a and b may be apart: by tolerance * max(1, |a|, |b|). */
  readonly tolerance: number;
  readonly outputs: Readonly<Record<string, OutputAudit>>;
  /** When the second execution began: ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  /** Where it ran, and what the stage said about itself there. */
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
  /** How many numbers differ. */
  readonly values: number;
  readonly maxAbsolute: number;
  /** |a - b| / max(|a|, |b|) */
  readonly maxRelative: number;
}
