/** Executes an instance, as often as its retries allow. */
import type { Failure } from '../../formats/failure.ts';
import type { Outcome } from '../../formats/past-run.ts';
import type { Instance } from '../pipeline.ts';
import { runAttempt } from './attempt.ts';
import type { RunContext, ReadyToRun } from './run-context.ts';
import type { Grant } from './grant.ts';
import { logTail } from './log-tail.ts';
import { sleep } from './sleep.ts';

export async function runAttempts(
  instance: Instance,
  verdict: ReadyToRun,
  grant: Grant,
  context: RunContext,
): Promise<Outcome> {
  const { emit, signal } = context;
  const { id, retries } = instance;
  const left = context.leftAttempts.find(verdict.fingerprint);
  const first = left?.number ?? 1;
  for (let number = first; ; number++) {
    if (signal.aborted) return number === first ? 'not-started' : interrupted();
    const ended = await runAttempt(number, instance, verdict, grant, context, number === first ? left : undefined);
    switch (ended.kind) {
      case 'succeeded':
        emit({ type: 'succeeded', id, seconds: ended.seconds, record: ended.record });
        return 'executed';
      case 'stopped':
        return interrupted();
      case 'left':
        emit({ type: 'submitted', id });
        return 'submitted';
      case 'failed': {
        const { failure, seconds, log } = ended;
        if (number > retries.limit || !isRetried(failure, retries.on)) {
          emit({ type: 'failed', id, seconds, failure, log, logTail: logTail(log) });
          return 'failed';
        }
        const delayMs = backoff(retries.delayMs, number);
        emit({ type: 'retrying', id, attempt: number + 1, delayMs, failure });
        await sleep(delayMs, signal);
      }
    }
  }

  function interrupted(): Outcome {
    emit({ type: 'interrupted', id });
    return 'interrupted';
  }
}

/** A failure of the stage may not repeat; a file in the way or a changed input will. */
function isRetried(failure: Failure, on: readonly number[] | undefined): boolean {
  if (failure.kind === 'exit') return on === undefined || on.includes(failure.code);
  return on === undefined && (failure.kind === 'signal' || failure.kind === 'timeout' || failure.kind === 'job');
}

const LONGEST_DELAY_MS = 3_600_000;

/** Twice as long after each failure. */
const backoff = (delayMs: number, failures: number): number =>
  Math.min(delayMs * 2 ** (failures - 1), LONGEST_DELAY_MS);
