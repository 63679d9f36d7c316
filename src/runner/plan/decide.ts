/** Fresh, restore, run or blocked, and why. A pure function of the findings. */
import type { RunRecord } from '../../formats/run-record.ts';
import type { PublishedReason, Reason } from '../../formats/reason.ts';
import type { Instance } from '../pipeline.ts';
import type { Verdict } from '../plan.ts';
import { differences, type Identified, type Lookups } from './compare.ts';
import type { Identification } from './identify.ts';
import type { LockEntry } from '../lockfile/lockfile.ts';
import { field } from '../../util/known.ts';

interface Findings extends Lookups {
  readonly identification: Identification;
  readonly forced: boolean;
  /** The record of this very fingerprint. */
  readonly record: RunRecord | undefined;
  /**
   * The lockfile's entry of the instance. Only the lockfile knows its last run, because the store may be shared with
   * another pipeline file that has an instance of the same name.
   */
  readonly locked: LockEntry | undefined;
  /** Without an entry: the stage ran with other axes. */
  readonly otherAxes: Reason | undefined;
  /** Faults of the record's blobs: not-in-store or damaged. */
  readonly storeFaults: readonly Reason[];
  /** Published files that are missing or differ; without a record, compared with the lockfile. */
  readonly publishFaults: readonly PublishedReason[];
  /** May the lockfile replace results that are not in the store? */
  readonly vouches: boolean;
  /** Its inputs are all here, so that it can be executed to put a published file in place. */
  readonly canRemake: boolean;
}

export function decideVerdict(instance: Instance, findings: Findings): Verdict {
  const { identification, locked, forced, vouches, publishFaults, canRemake } = findings;
  const verdict = judge(instance, findings);
  if (verdict.kind !== 'run' || identification.kind === 'blocked') return verdict;
  const unchanged = identification.kind === 'known' && identification.fingerprint === locked?.fingerprint;
  const isEdited = publishFaults.some(({ change }) => change === 'edited' || change === 'in-the-way');
  const isKept = publishFaults.length === 0 || (!isEdited && !canRemake);
  if (vouches && unchanged && !forced && isKept)
    return { kind: 'fresh', fingerprint: identification.fingerprint, outputs: locked.outputs };
  // The lockfile's digests of missing files suffice to find no change, but not to execute.
  return identification.assumed.length > 0
    ? { kind: 'blocked', reasons: [...verdict.reasons, ...identification.assumed] }
    : verdict;
}

function judge(instance: Instance, findings: Findings): Verdict {
  const { identification, record, locked } = findings;
  if (identification.kind === 'blocked') return identification;
  if (identification.kind === 'pending') {
    return {
      kind: 'run',
      reasons: [
        ...(findings.forced ? [FORCED] : []),
        // Without an entry in the lockfile there is nothing that could change.
        ...(locked
          ? [...changes(instance, identification, findings), ...identification.pending]
          : [neverRun(findings)]),
      ],
    };
  }

  const { fingerprint } = identification;
  if (findings.forced) return { kind: 'run', fingerprint, reasons: [FORCED] };
  if (!record) {
    if (locked?.fingerprint === fingerprint) return { kind: 'run', fingerprint, reasons: [{ kind: 'not-in-store' }] };
    const reasons = changes(instance, identification, findings);
    return {
      kind: 'run',
      fingerprint,
      reasons: reasons.length > 0 ? reasons : [locked ? { kind: 'not-in-store' } : neverRun(findings)],
    };
  }
  if (findings.storeFaults.length > 0) return { kind: 'run', fingerprint, reasons: findings.storeFaults };
  if (locked?.fingerprint === fingerprint && sameOutputs(locked, record)) {
    return findings.publishFaults.length === 0
      ? { kind: 'fresh', fingerprint, outputs: record.outputs, record }
      : { kind: 'restore', fingerprint, record, reasons: findings.publishFaults };
  }
  return {
    kind: 'restore',
    fingerprint,
    record,
    reasons: [...changes(instance, identification, findings), { kind: 'found-in-store' }, ...findings.publishFaults],
  };
}

const FORCED: Reason = { kind: 'forced' };

const neverRun = ({ otherAxes }: Findings): Reason => otherAxes ?? { kind: 'never-run' };

function changes(instance: Instance, now: Identified, { locked, trees, versions }: Findings): Reason[] {
  return locked ? differences(instance, locked, now, { trees, versions }) : [];
}

/** A stage that is not reproducible may have run again elsewhere, with the same fingerprint and other results. */
function sameOutputs(locked: LockEntry, record: RunRecord): boolean {
  const names = Object.keys(record.outputs);
  return (
    names.length === Object.keys(locked.outputs).length &&
    names.every((name) => locked.outputs[name]?.digest === field(record.outputs, name).digest)
  );
}
