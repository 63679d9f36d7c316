/** One attempt at an instance: a private folder, a task, and what became of it. */
import os from 'node:os';
import path from 'node:path';
import { significant } from '../../util/number.ts';
import type { Failure } from '../event.ts';
import type { Workplace } from '../ledger.ts';
import type { Instance } from '../pipeline.ts';
import type { Execution, RunRecord } from '../record.ts';
import type { Context, Due } from './context.ts';
import type { End } from './executor.ts';
import { expectedFailure } from './expected-failure.ts';
import { failureOf } from './failure.ts';
import { told, type Grant } from './grant.ts';
import { Heard } from './heard.ts';
import { taskOf } from './task.ts';

export type Ended =
  | { readonly kind: 'succeeded'; readonly record: RunRecord; readonly seconds: number }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly seconds: number; readonly log: string }
  /** The run was interrupted. What a stage writes after it was asked to stop never counts: it may be half a result. */
  | { readonly kind: 'stopped' };

/** What is known of an attempt from its start. */
interface Start {
  readonly number: number;
  readonly instance: Instance;
  readonly workplace: Workplace;
  readonly grant: Grant;
  readonly log: string;
  readonly resumes: number;
  readonly time: Date;
}

export async function attempt(
  number: number,
  instance: Instance,
  { fingerprint, reasons }: Due,
  grant: Grant,
  context: Context,
): Promise<Ended> {
  const { ledger, emit } = context;
  const workplace = await ledger.prepare(instance, fingerprint);
  const log = workplace.log(number);
  const { resumed, resumes, discarded } = workplace;
  const began = performance.now();
  const seconds = (): number => significant((performance.now() - began) / 1000);
  emit({
    type: 'started',
    id: instance.id,
    fingerprint,
    attempt: number,
    resumed,
    reasons,
    log,
    resources: told(grant),
  });
  if (discarded)
    emit({
      type: 'warning',
      id: instance.id,
      message: 'begins anew: an input was written to after its checkpoint was begun, so the checkpoint was removed',
    });

  const result = await perform(
    { number, instance, workplace, grant, log, resumes, time: new Date() },
    seconds,
    context,
  ).catch(expectedFailure);
  if (result === 'stopped' || 'kind' in result) await ledger.abandon(workplace);
  if (result === 'stopped') return { kind: 'stopped' };
  return 'kind' in result
    ? { kind: 'failed', failure: result, seconds: seconds(), log }
    : { kind: 'succeeded', record: result, seconds: seconds() };
}

async function perform(
  start: Start,
  seconds: () => number,
  context: Context,
): Promise<RunRecord | Failure | 'stopped'> {
  const { instance, workplace } = start;
  const heard = new Heard(instance.id, context.emit);
  const { end, cut } = await runTask(start, heard, context);
  if (cut === 'interruption') return 'stopped';
  const failure: Failure | undefined =
    cut === 'timeout' ? { kind: 'timeout', afterMs: instance.timeoutMs! } : failureOf(end, instance.body.kind, heard);
  if (failure !== undefined) return failure;
  const committed = await context.ledger.commit(
    instance,
    workplace,
    executionOf(start, seconds(), heard, end, context.ledger.storeFolder),
  );
  return committed.ok ? committed.value : committed.error;
}

/** Runs it to its end, or to the end that it is given. */
async function runTask(
  { instance, workplace, grant, log }: Start,
  heard: Heard,
  context: Context,
): Promise<{ readonly end: End; readonly cut: 'timeout' | 'interruption' | undefined }> {
  const { executor, hostProgram, options, ledger, signal } = context;
  const task = await taskOf(instance, workplace, grant, {
    root: ledger.pipeline.root,
    hostProgram,
    graceMs: options.graceMs,
    log,
    lineage: () => ledger.lineage(instance),
  });
  let cut: 'timeout' | 'interruption' | undefined;
  const running = executor.start(task, (message) => {
    heard.hear(message);
  });
  const timer = setTimer(instance.timeoutMs, () => {
    cut ??= 'timeout';
    running.stop();
  });
  const interrupt = (): void => {
    cut ??= 'interruption';
    running.stop();
  };
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt);
  const end = await running.ended;
  clearTimeout(timer);
  signal.removeEventListener('abort', interrupt);
  return { end, cut };
}

/** Node's timers end at 24.8 days, and fire at once beyond. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function setTimer(ms: number | undefined, ring: () => void): NodeJS.Timeout | undefined {
  return ms === undefined || ms > LONGEST_TIMER_MS ? undefined : setTimeout(ring, ms);
}

function executionOf(
  { number, grant, log, resumes, time }: Start,
  seconds: number,
  heard: Heard,
  end: End,
  storeFolder: string,
): Execution {
  const peakMemoryBytes = heard.peakMemoryBytes ?? end.peakMemoryBytes;
  return {
    started: time.toISOString(),
    seconds,
    attempts: number,
    resumes,
    host: os.hostname(),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    notes: heard.notes,
    metrics: heard.metrics,
    warnings: heard.warnings,
    resources: told(grant),
    ...(peakMemoryBytes !== undefined && { peakMemoryBytes }),
    log: path.relative(storeFolder, log),
  };
}
