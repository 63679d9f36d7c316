/** The record of one `pipeline run` that did or tried something: `<store>/history/<id>.json`. */
import type { Failure, RunSummary } from '../event.ts';
import type { Outcome } from '../execution/outcome.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { Axes, InstanceId } from '../pipeline.ts';
import type { Reason } from '../plan.ts';

/** `20261123T034012345Z-1a2b3c4d`: the time of its start, so that names sort by time, and a random part. */
export type RunId = string & { readonly __brand: 'RunId' };

export interface PastRun {
  readonly format: 1;
  readonly id: RunId;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  readonly host: string;
  /** The pipeline file, relative to the root. */
  readonly pipeline: string;
  /** As they were typed; none: everything. */
  readonly targets: readonly string[];
  readonly outcome: RunSummary['outcome'];
  /** Everything that was planned, producers first. */
  readonly instances: readonly PastInstance[];
}

export interface PastInstance {
  readonly id: InstanceId;
  readonly stage: string;
  readonly axes: Axes;
  /** The instances whose outputs it reads. */
  readonly reads: readonly InstanceId[];
  /** Absent if a producer failed before it was known. */
  readonly fingerprint?: Fingerprint;
  readonly ended: Outcome;
  /**
   * Why it was not simply up to date, the first few of `reasonCount`: a folder may have changed in thousands of files.
   */
  readonly reasons: readonly Reason[];
  readonly reasonCount: number;
  /** The failed or blocked producer that kept it from starting. */
  readonly because?: InstanceId;
  /** The granted resources; absent if it was never started. */
  readonly execution?: PastExecution;
}

export interface PastExecution {
  /** From 0: the lowest number that no parallel instance had. */
  readonly lane: number;
  readonly resources: Readonly<Record<string, number | string>>;
  /** One or more. */
  readonly attempts: readonly PastAttempt[];
}

export interface PastAttempt {
  /** Seconds after the start of the run. */
  readonly start: number;
  readonly seconds: number;
  /** It continued from a checkpoint. */
  readonly resumed: boolean;
  /** Absent for an attempt that succeeded or was interrupted. */
  readonly failure?: Failure;
}
