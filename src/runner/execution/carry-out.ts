/** One instance from its decision to its result: fresh, restored, or executed with retries. */
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Job, Message } from '../../stage/protocol.ts';
import type { JsonObject, Json } from '../../util/json.ts';
import { err, type Result } from '../../util/result.ts';
import type { Failure, RunEvent } from '../event.ts';
import type { Ledger, Workplace } from '../ledger.ts';
import type { Instance } from '../pipeline.ts';
import type { PlanEntry, Verdict } from '../plan.ts';
import type { Execution, RunRecord } from '../record.ts';
import { claim } from '../resources/claim.ts';
import type { Amounts } from '../resources/slots.ts';
import { commandText, commandVariables } from './command-text.ts';
import { stageEnvironment } from './environment.ts';
import type { End, Executor } from './executor.ts';
import { programs } from './programs.ts';
import type { RunOptions } from './run.ts';

export type Outcome = 'fresh' | 'restored' | 'executed' | 'failed' | 'blocked' | 'interrupted' | 'not-started';

export interface Context {
  readonly ledger: Ledger;
  readonly options: RunOptions;
  readonly emit: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  readonly executor: Executor;
}

export interface Share {
  /** No producer was executed or restored, so the plan's verdict still stands. */
  readonly untouched: boolean;
  readonly taken: Amounts;
  readonly gpus: readonly string[];
}

export async function carryOut(entry: PlanEntry, share: Share, context: Context): Promise<Outcome> {
  const { instance } = entry;
  const { ledger, options, emit, signal } = context;
  const force = options.force.has(instance.id);
  try {
    let verdict = share.untouched && entry.verdict.kind === 'fresh' ? entry.verdict : await ledger.decide(instance, { force });
    if (verdict.kind !== 'run') return await settle(instance, verdict, context);
    if (verdict.fingerprint === undefined) throw new Error(`Internal error: ${instance.id} is ready, but its fingerprint is not known.`);
    const held = await claim(ledger.storeFolder, verdict.fingerprint, signal, (holder) => {
      emit({ type: 'waiting', id: instance.id, holder });
    });
    if (held === undefined) return interrupted(instance, context);
    try {
      // Whoever held it has made the result meanwhile.
      if (held.waited) verdict = await ledger.decide(instance, { force: false });
      return verdict.kind === 'run' ? await execute(instance, verdict, share, context) : await settle(instance, verdict, context);
    } finally {
      held.release();
    }
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Internal error')) throw error;
    emit({ type: 'failed', id: instance.id, seconds: 0, failure: { kind: 'system', message: error instanceof Error ? error.message : String(error) }, logTail: [] });
    return 'failed';
  }
}

async function settle(instance: Instance, verdict: Exclude<Verdict, { kind: 'run' }>, { ledger, emit }: Context): Promise<Outcome> {
  const { id } = instance;
  if (verdict.kind === 'blocked') {
    emit({ type: 'blocked', id, because: undefined, reasons: verdict.reasons });
    return 'blocked';
  }
  if (verdict.kind === 'fresh') {
    emit({ type: 'fresh', id });
    return 'fresh';
  }
  const restored = await ledger.restore(instance, verdict);
  if (!restored.ok) {
    emit({ type: 'failed', id, seconds: 0, failure: restored.error, logTail: [] });
    return 'failed';
  }
  emit({ type: 'restored', id, reasons: verdict.reasons, bytes: Object.values(restored.value.outputs).reduce((sum, { bytes }) => sum + bytes, 0) });
  return 'restored';
}

async function execute(instance: Instance, verdict: Extract<Verdict, { kind: 'run' }>, share: Share, context: Context): Promise<Outcome> {
  const { ledger, emit, signal } = context;
  const { limit, delayMs, on } = instance.retries;
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) return interrupted(instance, context);
    const workplace = await ledger.prepare(instance, verdict.fingerprint!);
    const began = performance.now();
    const log = workplace.log(attempt);
    emit({ type: 'started', id: instance.id, attempt, resumed: workplace.resumed, reasons: verdict.reasons, log, resources: resourcesOf(share) });
    const result = await runAttempt(instance, workplace, attempt, share, context);
    const seconds = (performance.now() - began) / 1000;
    if (result.ok) {
      emit({ type: 'succeeded', id: instance.id, seconds, record: result.value });
      return 'executed';
    }
    await ledger.abandon(workplace);
    if (signal.aborted) return interrupted(instance, context);
    const failure = result.error;
    const retried = attempt <= limit && (on === undefined || (failure.kind === 'exit' && on.includes(failure.code)));
    if (!retried) {
      emit({ type: 'failed', id: instance.id, seconds, failure, log, logTail: tailOf(log) });
      return 'failed';
    }
    const wait = delayMs * 2 ** (attempt - 1);
    emit({ type: 'retrying', id: instance.id, attempt: attempt + 1, delayMs: wait, failure });
    await sleep(wait, signal);
  }
}

function interrupted({ id }: Instance, { emit }: Context): Outcome {
  emit({ type: 'interrupted', id });
  return 'interrupted';
}

const resourcesOf = ({ taken, gpus }: Share): Record<string, number | string> => {
  const { jobs: _, ...amounts } = taken;
  return { ...amounts, ...(gpus.length > 0 ? { gpus: gpus.join(',') } : {}) };
};

async function runAttempt(instance: Instance, workplace: Workplace, attempt: number, share: Share, context: Context): Promise<Result<RunRecord, Failure>> {
  const { ledger, options, signal, executor } = context;
  const started = new Date();
  const heard = new Heard(instance, context);
  const running = executor.start(
    {
      command: await commandOf(instance, workplace, share, context),
      cwd: ledger.pipeline.root,
      env: {
        ...stageEnvironment(instance, { cpus: share.taken.cpu ?? 1, ...(share.taken.memory === undefined ? {} : { memoryBytes: share.taken.memory }), ...(share.gpus.length > 0 ? { gpus: share.gpus } : {}) }, process.env),
        ...(instance.body.kind === 'command' ? { ...commandVariables(instance, workplace), PIPELINE_CHECKPOINT: workplace.checkpoint } : {}),
      },
      log: workplace.log(attempt),
      graceMs: options.graceMs,
    },
    heard.message,
  );
  let timedOut = false;
  const timer = instance.timeoutMs === undefined ? undefined : setTimeout(() => ((timedOut = true), running.stop()), instance.timeoutMs);
  const stop = (): void => {
    running.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  const end = await running.ended;
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);

  const failure = timedOut ? ({ kind: 'timeout', afterMs: instance.timeoutMs! } as const) : failureOf(end, instance, heard);
  if (failure !== undefined) return err(failure);
  return ledger.commit(instance, workplace, { ...executionOf(started, attempt, workplace, share, heard), log: path.relative(ledger.storeFolder, workplace.log(attempt)) });
}

/** What a stage said, and the events made of it. */
class Heard {
  done = false;
  error: string | undefined;
  peakMemoryBytes: number | undefined;
  readonly notes: Record<string, Json> = {};
  readonly metrics: Record<string, Json> = {};
  readonly warnings: string[] = [];
  readonly message: (message: Message) => void;

  constructor({ id }: Instance, { emit }: Context) {
    this.message = (message) => {
      switch (message.type) {
        case 'progress':
          emit({ ...message, id });
          break;
        case 'metric':
          this.metrics[message.name] = message.value;
          emit({ ...message, id });
          break;
        case 'warning':
          this.warnings.push(message.message);
          emit({ ...message, id });
          break;
        case 'record':
          Object.assign(this.notes, message.notes);
          break;
        case 'usage':
          this.peakMemoryBytes = message.peakMemoryBytes;
          break;
        case 'done':
          this.done = true;
          break;
        case 'failed':
          this.error = message.message;
          break;
      }
    };
  }
}

function failureOf({ code, signal, message }: End, { body }: Instance, { done, error }: Heard): Failure | undefined {
  if (code === null) return signal === null ? { kind: 'system', message: message ?? 'The stage could not be started.' } : { kind: 'signal', signal };
  if (error !== undefined) return { kind: 'exit', code, message: error };
  if (code !== 0 && !(body.kind === 'module' && code === 13)) return { kind: 'exit', code, ...(message === undefined ? {} : { message }) };
  if (body.kind === 'module' && !done) return { kind: 'exit', code, message: 'The process ended before the stage function had returned: it called process.exit, or awaits something that can never happen.' };
  return undefined;
}

async function commandOf(instance: Instance, workplace: Workplace, share: Share, { ledger }: Context): Promise<readonly [string, ...string[]]> {
  if (instance.body.kind === 'command') return ['sh', '-c', commandText(instance.body.template, instance, workplace)];
  const job: Job = {
    module: workplace.module!,
    id: instance.id,
    stage: instance.stage,
    axes: instance.axes,
    params: instance.params,
    inputs: workplace.inputs,
    outputs: workplace.outputs,
    checkpoint: workplace.checkpoint,
    resources: resourcesOf(share),
    lineage: await ledger.lineage(instance),
  };
  const file = path.join(workplace.folder, 'job.json');
  writeFileSync(file, JSON.stringify(job));
  return [process.execPath, '--enable-source-maps', programs().host, file];
}

function executionOf(started: Date, attempts: number, workplace: Workplace, share: Share, heard: Heard): Omit<Execution, 'log'> {
  return {
    started: started.toISOString(),
    seconds: Math.round((Date.now() - started.getTime()) / 10) / 100,
    attempts,
    resumes: workplace.resumed ? 1 : 0,
    host: os.hostname(),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    notes: heard.notes as JsonObject,
    metrics: heard.metrics,
    warnings: heard.warnings,
    resources: resourcesOf(share),
    ...(heard.peakMemoryBytes === undefined ? {} : { peakMemoryBytes: heard.peakMemoryBytes }),
  };
}

const TAIL_LINES = 20;
const TAIL_BYTES = 64 * 1024;

function tailOf(log: string): string[] {
  const bytes = readFileSync(log);
  return bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES)).toString('utf8').trimEnd().split('\n').slice(-TAIL_LINES);
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish, { once: true });
  });
}

