/** One attempt at an instance: a sandbox, a task, and its end. */
import os from 'node:os';
import path from 'node:path';
import { significant } from '../../util/number.ts';
import { isSystemError } from '../../util/system-error.ts';
import type { Failure } from '../../formats/failure.ts';
import type { Execution, RunRecord } from '../../formats/run-record.ts';
import type { Sandbox } from '../executions.ts';
import type { Instance } from '../pipeline.ts';
import type { RunContext, ReadyToRun } from './run-context.ts';
import type { AttemptListener, AttemptOrder, AttemptResult, LeftAttempt } from './attempt-executor.ts';
import type { TaskEnd } from './executor.ts';
import { explainFailure } from './explain-failure.ts';
import { expectedFailure } from './expected-failure.ts';
import { failureOf } from './failure.ts';
import { describeGrant, type Grant } from './grant.ts';
import { MessageCollector } from './message-collector.ts';
import { secretMask, type SecretMask } from './secret-mask.ts';
import { EventFileWriter } from '../series/event-files.ts';
import { seriesFile, SeriesWriter, type MetricSink } from '../series/series-file.ts';

export type AttemptEnd =
  | { readonly kind: 'succeeded'; readonly record: RunRecord; readonly seconds: number }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly seconds: number; readonly log: string }
  /**
   * The run was interrupted. Outputs written after the stage was asked to stop never count: they may be half a result.
   */
  | { readonly kind: 'stopped' }
  /** Its job goes on without this runner. */
  | { readonly kind: 'left' };

/** The facts that are known at the start of an attempt. */
interface Start {
  readonly number: number;
  readonly instance: Instance;
  readonly sandbox: Sandbox;
  readonly grant: Grant;
  readonly log: string;
  readonly resumes: number;
  readonly time: Date;
  readonly mask: SecretMask | undefined;
  /** It was begun by an earlier runner. */
  readonly left: LeftAttempt | undefined;
}

export async function runAttempt(
  number: number,
  instance: Instance,
  { fingerprint, reasons }: ReadyToRun,
  grant: Grant,
  context: RunContext,
  left?: LeftAttempt,
): Promise<AttemptEnd> {
  const { executions, emit, storeFolder } = context;
  const { root } = context.pipeline;
  const sandbox = left?.sandbox ?? (await executions.prepare(instance, fingerprint));
  if (left) executions.adopt(instance, sandbox);
  const log = left?.log ?? sandbox.log(number);
  const { resumed, resumes, discarded } = sandbox;
  const began = performance.now();
  const time = new Date();
  const mask = secretMask(instance.secrets.flatMap((name) => process.env[name] ?? []));
  const seconds = (): number => significant((performance.now() - began) / 1000);
  emit({
    type: 'started',
    id: instance.id,
    fingerprint,
    attempt: number,
    resumed,
    reasons,
    log,
    resources: describeGrant(grant),
  });
  if (left) emit({ type: 'notice', message: `${instance.id}: follows ${left.name}, submitted by an earlier run.` });
  else if (discarded)
    emit({
      type: 'warning',
      id: instance.id,
      message: 'begins anew: an input was written to after its checkpoint was begun, so the checkpoint was removed',
    });

  if (number === 1) for (const folder of sandbox.leftCheckpoints ?? []) warnOfLeft(instance.id, folder, emit);

  const result = await perform(
    { number, instance, sandbox, grant, log, resumes, time, mask, left },
    seconds,
    context,
  ).catch((error: unknown): Performed => ({ kind: 'failed', failure: expectedFailure(error) }));
  maskLog(instance.id, log, mask, context);
  const failure =
    result.kind === 'failed'
      ? explainFailure(result.failure, { instance, log, began: time, root, storeFolder })
      : undefined;
  if (result.kind === 'left') executions.leave(sandbox);
  else if (result.kind !== 'succeeded') await executions.abandon(sandbox);
  switch (result.kind) {
    case 'stopped':
    case 'left':
      return result;
    case 'failed':
      return { ...result, failure: hidden(failure ?? result.failure, mask), seconds: seconds(), log };
    case 'succeeded':
      return { ...result, seconds: seconds() };
  }
}

function warnOfLeft(id: Instance['id'], folder: string, emit: RunContext['emit']): void {
  const message =
    `a checkpoint of other parameters, code or data is left in ${folder}; a run with those continues from it, rm -r ` +
    'frees it, and gc deletes it 30 days after it was last written';
  emit({ type: 'warning', id, message });
}

/** Readers of the events, and of the end of the log, come after this. */
function maskLog(id: Instance['id'], log: string, mask: SecretMask | undefined, { emit }: RunContext): void {
  try {
    mask?.inFile(log);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `secrets that the stage may have printed are still in its log: ${error.message}`;
    emit({ type: 'warning', id, message });
  }
}

const hidden = <T>(value: T, mask: SecretMask | undefined): T => mask?.in(value) ?? value;

type Performed =
  | { readonly kind: 'succeeded'; readonly record: RunRecord }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'left' };

async function perform(start: Start, seconds: () => number, context: RunContext): Promise<Performed> {
  const { instance, number, sandbox: begun } = start;
  const sinks = metricSinks(start, context);
  const messages = new MessageCollector(instance.id, context.emit, { number, resumed: begun.resumed }, sinks);
  const result = await runToItsEnd(start, messages, context).finally(() => {
    for (const sink of sinks) sink.close();
  });
  if (result.kind !== 'ended') return result;
  const { end, sandbox, execution } = result;
  const failure = failureOf(end, instance.body.kind, messages);
  if (failure !== undefined) return { kind: 'failed', failure };
  const committed = await context.executions.commit(instance, sandbox, {
    ...executionOf(start, seconds(), messages, end, context.storeFolder),
    ...execution,
  });
  return committed.ok ? { kind: 'succeeded', record: committed.value } : { kind: 'failed', failure: committed.error };
}

/** The places of its series. An audit keeps none, because its result is not recorded. */
function metricSinks({ instance, sandbox, log }: Start, { options, storeFolder, emit }: RunContext): MetricSink[] {
  if (options.audit !== undefined) return [];
  const { fingerprint } = sandbox;
  const warn = (message: string): void => {
    emit({ type: 'warning', id: instance.id, message });
  };
  const series = seriesFile(storeFolder, fingerprint);
  const kept = new SeriesWriter(series, warn);
  if (options.tensorboard === undefined) return [kept];
  const execution = { instance: instance.id, fingerprint, log, series };
  // Event files come first: they read the series of an interrupted attempt before the new one changes it.
  return [new EventFileWriter(options.tensorboard, execution, warn), kept];
}

/** Runs it to its end, or to the end that it is given. */
async function runToItsEnd(
  start: Start,
  messages: MessageCollector,
  { attempts, options, pipeline, results, signal, emit }: RunContext,
): Promise<AttemptResult> {
  const { instance } = start;
  const order: AttemptOrder = {
    ...start,
    root: pipeline.root,
    graceMs: options.graceMs,
    lineage: () => results.lineage(instance),
  };
  const listener: AttemptListener = {
    message: (message) => {
      messages.collect(hidden(message, start.mask));
    },
    warn: (message) => {
      emit({ type: 'warning', id: instance.id, message: hidden(message, start.mask) });
    },
    restart: () => {
      messages.forget();
    },
  };
  const running = start.left?.follow(listener) ?? attempts.start(order, listener);
  const interrupt = (): void => {
    running.stop();
  };
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt);
  const result = await running.ended;
  signal.removeEventListener('abort', interrupt);
  return result;
}

function executionOf(
  { number, grant, log, resumes, time }: Start,
  seconds: number,
  messages: MessageCollector,
  end: TaskEnd,
  storeFolder: string,
): Execution {
  const peakMemoryBytes = messages.peakMemoryBytes ?? end.peakMemoryBytes;
  return {
    started: time.toISOString(),
    seconds,
    attempts: number,
    resumes,
    host: os.hostname(),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    notes: messages.notes,
    metrics: messages.metrics,
    warnings: messages.warnings,
    resources: describeGrant(grant),
    ...(peakMemoryBytes !== undefined && { peakMemoryBytes }),
    log: path.relative(storeFolder, log),
  };
}
