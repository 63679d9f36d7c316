/** A pipeline in a temporary folder, built by hand, whose stages are functions of the test: no process is started. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Bundler } from './code/bundle.ts';
import type { Failure } from '../formats/failure.ts';
import type { Fingerprint, Axes, InstanceId } from '../formats/identity.ts';
import type { Execution, RunRecord } from '../formats/run-record.ts';
import type { Executions, Sandbox } from './executions.ts';
import type { Body, Input, Instance, Output, Pipeline } from './pipeline.ts';
import type { Plan, Verdict } from './plan.ts';
import type { JsonObject } from '../util/json.ts';
import { openPipeline, type OpenPipeline } from './open-pipeline.ts';

export interface StageSketch {
  readonly body?: Body;
  readonly inputs?: Readonly<Record<string, Input>>;
  readonly params?: JsonObject;
  readonly env?: readonly string[];
  /** `weights.bin`, `pairs/` for a folder, or in full. */
  readonly outputs: Readonly<Record<string, string | Partial<Output>>>;
}

/** Producers first; the key is the instance: `train` or `train:seed=0`. */
export type Sketch = Readonly<Record<string, StageSketch>>;

export interface Bench {
  readonly sandbox: Sandbox;
  write(output: string, text: string, below?: string): void;
  read(input: string): string;
}
export type Work = Readonly<Record<string, (bench: Bench) => void>>;

export function project({
  files = {},
  stages,
  bundle,
}: {
  files?: Readonly<Record<string, string>>;
  stages: Sketch;
  bundle?: Bundler;
}) {
  const root = mkdtempSync(path.join(os.tmpdir(), 'pipeline-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  let sketch = stages;
  const at = (...parts: string[]) => path.join(root, ...parts);
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);

  const open = async (executes = true): Promise<OpenPipeline> => {
    const opened = await openPipeline(pipelineOf(root, sketch), {
      storeFolder: at('cache'),
      lockFile: at('pipeline.lock.json'),
      executes,
      ...(bundle && { bundle }),
    });
    if (!opened.ok) throw new Error(opened.error[0]!.message);
    return opened.value;
  };

  return {
    root,
    at,
    write,
    read: (file: string) => readFileSync(at(file), 'utf8'),
    open,
    change(changed: Sketch) {
      sketch = changed;
    },

    /** As `status` would. */
    async plan(force: readonly string[] = []): Promise<Map<string, Verdict>> {
      const opened = await open(false);
      const plan = await opened.planner.plan(opened.pipeline.instances, { force: new Set(force as InstanceId[]) });
      await opened.close();
      return verdictsOf(plan);
    },

    /** As `run` would, one instance after the other. Returns the outcome of each. */
    async run(
      work: Work,
      force: readonly string[] = [],
    ): Promise<
      Record<string, 'fresh' | 'restored' | 'executed' | Failure | { blocked: true } | { unpublished: string }>
    > {
      const opened = await open();
      const forced = new Set(force as InstanceId[]);
      const plan = await opened.planner.plan(opened.pipeline.instances, { force: forced });
      const happened: Awaited<ReturnType<typeof this.run>> = {};
      for (const { instance, verdict: planned } of plan.entries) {
        if (
          planned.kind === 'blocked' ||
          Object.values(instance.inputs).some(
            (input) => input.kind === 'output' && typeof happened[input.producer] === 'object',
          )
        ) {
          happened[instance.id] = { blocked: true };
          continue;
        }
        const verdict =
          planned.kind === 'run' && planned.fingerprint === undefined
            ? await opened.planner.decide(instance, { force: forced.has(instance.id) })
            : planned;
        if (verdict.kind === 'fresh') happened[instance.id] = 'fresh';
        else if (verdict.kind === 'restore')
          happened[instance.id] = outcome(await opened.executions.restore(instance, verdict), 'restored');
        else if (verdict.kind === 'run')
          happened[instance.id] = await execute(opened.executions, instance, verdict.fingerprint!, work);
      }
      for (const { instance, path: place } of opened.executions.unpublished())
        happened[instance] = { unpublished: place };
      await opened.close();
      return happened;
    },
  };
}

async function execute(executions: Executions, instance: Instance, fingerprint: Fingerprint, work: Work) {
  const sandbox = await executions.prepare(instance, fingerprint);
  const act = work[instance.id];
  if (!act) throw new Error(`${instance.id} was not expected to be executed.`);
  act({
    sandbox,
    write(output, text, below = '') {
      const place = path.join(sandbox.outputs[output]!, below);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, text);
    },
    read: (input) => readFileSync(sandbox.inputs[input] as string, 'utf8'),
  });
  const committed = await executions.commit(instance, sandbox, EXECUTION);
  if (!committed.ok) await executions.abandon(sandbox);
  return outcome(committed, 'executed');
}

function outcome<T>(result: { ok: true; value: RunRecord } | { ok: false; error: Failure }, done: T): T | Failure {
  return result.ok ? done : result.error;
}

function verdictsOf(plan: Plan): Map<string, Verdict> {
  return new Map(plan.entries.map(({ instance, verdict }) => [instance.id, verdict]));
}

export const EXECUTION: Execution = {
  started: '2026-01-01T00:00:00.000Z',
  seconds: 2,
  attempts: 1,
  resumes: 0,
  host: 'host',
  platform: 'linux',
  node: '20',
  notes: {},
  metrics: {},
  warnings: [],
  resources: {},
  log: 'logs/x.log',
};

export function pipelineOf(root: string, sketch: Sketch): Pipeline {
  const location = { file: path.join(root, 'pipeline.json'), line: 1, column: 1, length: 1 };
  const instances = Object.entries(sketch).map(
    ([id, { body, inputs = {}, params = {}, env = [], outputs }]): Instance => ({
      id: id as InstanceId,
      stage: id.split(':')[0]!,
      axes: axesOf(id),
      body: body ?? { kind: 'command', template: `make ${id.split(':')[0]!}` },
      inputs,
      params,
      env,
      secrets: [],
      outputs: Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, outputOf(output)])),
      resources: {},
      retries: { limit: 0, delayMs: 0 },
      location,
    }),
  );
  const stages = [
    ...new Map(
      instances.map(({ stage, axes }) => [stage, { name: stage, axes: Object.keys(axes), reads: [], location }]),
    ).values(),
  ];
  return { file: location.file, root, name: 'test', params: {}, stages, instances };
}

function axesOf(id: string): Axes {
  const text = id.split(':')[1];
  return Object.fromEntries(text?.split(',').map((pair) => pair.split('=') as [string, string]) ?? []);
}

function outputOf(output: string | Partial<Output>): Output {
  const given =
    typeof output === 'string'
      ? { file: output.replace(/\/$/, ''), kind: output.endsWith('/') ? ('folder' as const) : ('file' as const) }
      : output;
  return { kind: 'file', file: 'out', metrics: false, commit: false, ...given };
}
