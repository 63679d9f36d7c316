/** The decision for each instance, with reasons in values. Made by plan/, read by execution/ and the command line. */
import type { Json } from '../util/json.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Instance, InstanceId, Pipeline } from './pipeline.ts';
import type { RunRecord } from './record.ts';
import type { Fingerprint } from './fingerprint.ts';

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

/** `before` and `after` are absent if the thing did not exist. */
export type Reason =
  | { readonly kind: 'never-run' }
  | { readonly kind: 'forced' }
  /** Up to date, and executed once more to compare; afterwards with the findings in words. */
  | { readonly kind: 'audit'; readonly finding?: string }
  /** The lockfile knows this fingerprint, the store does not hold its outputs (any more). */
  | { readonly kind: 'not-in-store' }
  /** Its blobs no longer match their digests; they were quarantined. */
  | { readonly kind: 'damaged'; readonly output: string }
  | { readonly kind: 'param'; readonly path: string; readonly before?: Json; readonly after?: Json }
  | { readonly kind: 'env'; readonly name: string; readonly before?: string; readonly after?: string }
  /** A workspace input: `path` is the changed file itself; in a folder the one changed file, if it is known. */
  | {
      readonly kind: 'input';
      readonly input: string;
      readonly path: string;
      readonly before?: string;
      readonly after?: string;
    }
  /** Another stage's output has a new digest. */
  | {
      readonly kind: 'produced';
      readonly input: string;
      readonly producer: InstanceId;
      readonly output: string;
      readonly before?: string;
      readonly after?: string;
    }
  /** A producer must run first, so this input may change. */
  | {
      readonly kind: 'produced-will-change';
      readonly input: string;
      readonly producer: InstanceId;
      readonly output: string;
    }
  /** `suggestion`: a file in the same folder with a similar name. */
  | {
      readonly kind: 'missing-input';
      readonly input: string;
      readonly path: string;
      readonly source?: string;
      readonly suggestion?: string;
    }
  /** No file matches the pattern. */
  | { readonly kind: 'unmatched-input'; readonly input: string; readonly pattern: string }
  /** It is there, but nothing that can be hashed: a broken link, a socket, a loop of links. */
  | { readonly kind: 'unreadable-input'; readonly input: string; readonly path: string; readonly message: string }
  /** Blocked only: a producer is blocked itself. */
  | { readonly kind: 'producer-blocked'; readonly input: string; readonly producer: InstanceId }
  /** Blocked only: the stage's module cannot be bundled (syntax, an import that leads nowhere). */
  | { readonly kind: 'broken-code'; readonly diagnostic: Diagnostic }
  | { readonly kind: 'source'; readonly path: string; readonly change: 'added' | 'removed' | 'changed' }
  | { readonly kind: 'package'; readonly name: string; readonly before?: string; readonly after?: string }
  | { readonly kind: 'command'; readonly before?: string; readonly after?: string }
  | { readonly kind: 'outputs'; readonly message: string }
  /** Restore only: a published file is missing or differs. */
  | { readonly kind: 'published'; readonly path: string; readonly change: 'missing' | 'edited' }
  /** Restore only: executed before on another branch or by another user. */
  | { readonly kind: 'found-in-store' };
