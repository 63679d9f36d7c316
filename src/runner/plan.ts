/** The decision for each instance, with reasons in values. Made by plan/, read by execution/ and the command line. */
import type { Reason } from '../formats/reason.ts';
import type { UnpublishedPlace } from '../formats/events.ts';
import type { Fingerprint } from '../formats/identity.ts';
import type { RunRecord } from '../formats/run-record.ts';
import type { Instance, Pipeline } from './pipeline.ts';

export interface Plan {
  readonly pipeline: Pipeline;
  /** In the order of pipeline.instances; only the selected ones and their producers. */
  readonly entries: readonly PlanEntry[];
}

export interface PlanEntry {
  readonly instance: Instance;
  readonly verdict: Verdict;
  /** Seconds, from the last executions of this stage; absent when it never ran. */
  readonly expectedSeconds?: number;
  /** Published places that a run will leave as they are. */
  readonly unpublished: readonly UnpublishedPlace[];
  /** Its module computes with the tensor engine. */
  readonly usesEngine?: boolean;
}

export type Verdict = FreshVerdict | RestoreVerdict | RunVerdict | BlockedVerdict;

/** Up to date: nothing to do. */
export interface FreshVerdict {
  readonly kind: 'fresh';
  readonly fingerprint: Fingerprint;
  readonly outputs: RunRecord['outputs'];
  /** Absent if the results are known from the lockfile only and no running instance reads them (`--allow-missing`). */
  readonly record?: RunRecord;
}

/** Recorded in the store, but the lockfile or the workspace differs: copied, not executed. */
export interface RestoreVerdict {
  readonly kind: 'restore';
  readonly fingerprint: Fingerprint;
  readonly record: RunRecord;
  readonly reasons: readonly Reason[];
}

/** To be executed. The fingerprint is unknown as long as a producer must run first. */
export interface RunVerdict {
  readonly kind: 'run';
  readonly fingerprint?: Fingerprint;
  readonly reasons: readonly Reason[];
}

/** It cannot be executed: an input is missing. */
export interface BlockedVerdict {
  readonly kind: 'blocked';
  readonly reasons: readonly Reason[];
}

/** The recorded execution that a decision relies on. */
export function recordOf(verdict: Verdict): RunRecord | undefined {
  return verdict.kind === 'fresh' || verdict.kind === 'restore' ? verdict.record : undefined;
}
