/**
 * Everything that happens while a command works, as one union: many renderers, one source. Only src/cli prints them.
 */
import type { Json } from '../util/json.ts';
import type { Audit } from './audit.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { InstanceId } from './pipeline.ts';
import type { Plan, Reason } from './plan.ts';
import type { RunRecord } from './record.ts';
import type { StorageFailure } from './storage-failure.ts';

export type RunEvent =
  | { readonly type: 'plan'; readonly plan: Plan }
  /** A notice about the whole run: no GPU was found, a stale lease was reclaimed, ... */
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'fresh'; readonly id: InstanceId; readonly fingerprint: Fingerprint }
  | {
      readonly type: 'restored';
      readonly id: InstanceId;
      readonly fingerprint: Fingerprint;
      readonly reasons: readonly Reason[];
      readonly bytes: number;
    }
  /** Another runner is executing the same fingerprint; its result will be taken. */
  | { readonly type: 'waiting'; readonly id: InstanceId; readonly holder: string }
  | {
      readonly type: 'started';
      readonly id: InstanceId;
      readonly fingerprint: Fingerprint;
      readonly attempt: number;
      readonly resumed: boolean;
      readonly reasons: readonly Reason[];
      readonly log: string;
      readonly resources: Readonly<Record<string, number | string>>;
    }
  | {
      readonly type: 'progress';
      readonly id: InstanceId;
      readonly done: number;
      readonly total?: number;
      readonly unit?: string;
      readonly note?: string;
    }
  | {
      readonly type: 'metric';
      readonly id: InstanceId;
      readonly name: string;
      readonly value: Json;
      readonly step?: number;
    }
  | { readonly type: 'warning'; readonly id: InstanceId; readonly message: string }
  /** The comparison of a second execution with the recorded result; `succeeded` follows. */
  | { readonly type: 'audited'; readonly id: InstanceId; readonly audit: Audit }
  | { readonly type: 'succeeded'; readonly id: InstanceId; readonly seconds: number; readonly record: RunRecord }
  | {
      readonly type: 'retrying';
      readonly id: InstanceId;
      readonly attempt: number;
      readonly delayMs: number;
      readonly failure: Failure;
    }
  | {
      readonly type: 'failed';
      readonly id: InstanceId;
      readonly seconds: number;
      readonly failure: Failure;
      readonly log?: string;
      readonly logTail: readonly string[];
    }
  /** Not started: an input is missing, or a producer failed. */
  | {
      readonly type: 'blocked';
      readonly id: InstanceId;
      readonly because: InstanceId | undefined;
      readonly reasons: readonly Reason[];
    }
  | { readonly type: 'interrupted'; readonly id: InstanceId }
  | { readonly type: 'finished'; readonly summary: RunSummary };

export type Failure =
  | { readonly kind: 'exit'; readonly code: number; readonly message?: string }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  /**
   * `written`: files of the project, relative to its root, that were written meanwhile and have the name of an output.
   */
  | { readonly kind: 'missing-output'; readonly outputs: readonly string[]; readonly written?: readonly string[] }
  /**
   * It is there, but not as declared: a folder for a file, a pipe, ... `finding` continues the sentence after the
   * output's name.
   */
  | { readonly kind: 'wrong-output'; readonly output: string; readonly finding: string }
  | { readonly kind: 'input-changed'; readonly paths: readonly string[] }
  /** The place in `publish` holds a file that this pipeline did not write. */
  | { readonly kind: 'publish-conflict'; readonly path: string }
  /** A blob did not match its digest. It is in quarantine, and its producer runs again. */
  | { readonly kind: 'damaged'; readonly message: string }
  | StorageFailure
  | { readonly kind: 'system'; readonly message: string };

export interface RunSummary {
  readonly outcome: 'done' | 'failed' | 'interrupted';
  readonly seconds: number;
  readonly counts: {
    readonly fresh: number;
    readonly restored: number;
    readonly executed: number;
    readonly failed: number;
    readonly blocked: number;
    readonly interrupted: number;
  };
  /** Published files that this run wrote or found in place, relative to the root. */
  readonly published: readonly string[];
}
