/** The past of an instance: its results, and the attempts without a result. */
import type { Failure } from '../../formats/failure.ts';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { PastRun } from '../../formats/past-run.ts';
import type { Reason } from '../../formats/reason.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { PastResult } from '../../runner/results.ts';
import { recordKeyOf } from '../../runner/store/record-file.ts';
import type { Json } from '../../util/json.ts';
import { at, last } from '../../util/known.ts';

export type PastAttempt =
  | {
      readonly ended: 'executed';
      readonly instance: InstanceId;
      readonly started: string;
      readonly seconds: number;
      readonly host: string;
      readonly fingerprint: Fingerprint;
      /** True if the lockfile names it now. */
      readonly current: boolean;
      readonly metrics: Readonly<Record<string, Json>>;
      /** The differences from the result before it. */
      readonly changes: readonly Reason[];
    }
  | {
      readonly ended: 'failed' | 'interrupted';
      readonly instance: InstanceId;
      readonly started: string;
      readonly seconds: number;
      readonly host: string;
      readonly fingerprint?: Fingerprint;
      readonly failure?: Failure;
      readonly changes: readonly Reason[];
    };

/** One text for each result: several executions of a fingerprint may have made different ones. */
export function recordKeyText(record: RunRecord): string {
  const { fingerprint, result } = recordKeyOf(record);
  return `${fingerprint} ${result}`;
}

/** @param locked the results that the lockfile names, by recordKeyText */
export function successfulAttempt({ record, changes }: PastResult, locked: ReadonlySet<string>): PastAttempt {
  const { instance, fingerprint, execution } = record;
  const { started, seconds, host, metrics } = execution;
  return {
    ended: 'executed',
    instance,
    started,
    seconds,
    host,
    fingerprint,
    current: locked.has(recordKeyText(record)),
    metrics,
    changes,
  };
}

export function failedAttempts({ started, host, instances }: PastRun, ids: ReadonlySet<InstanceId>): PastAttempt[] {
  return instances.flatMap(({ id, ended, execution, fingerprint, reasons }): PastAttempt[] => {
    if (!ids.has(id) || execution === undefined || (ended !== 'failed' && ended !== 'interrupted')) return [];
    const { attempts } = execution;
    const [first, final] = [at(attempts, 0), last(attempts)];
    return [
      {
        ended,
        instance: id,
        started: new Date(Date.parse(started) + first.start * 1000).toISOString(),
        seconds: Math.round((final.start + final.seconds - first.start) * 1000) / 1000,
        host,
        ...(fingerprint !== undefined && { fingerprint }),
        ...(final.failure !== undefined && { failure: final.failure }),
        changes: reasons,
      },
    ];
  });
}
