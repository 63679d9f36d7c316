/** An open pipeline and an executor in memory: the test chooses the decisions and the ends of executions. */
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { err, ok } from '../../util/result.ts';
import type { RunEvent } from '../event.ts';
import type { Failure } from '../../formats/failure.ts';
import type { RunSummary } from '../../formats/events.ts';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { Execution, RunRecord } from '../../formats/run-record.ts';
import type { Sandbox } from '../executions.ts';
import type { OpenPipeline } from '../open-pipeline.ts';
import type { Instance, Pipeline } from '../pipeline.ts';
import type { PlanEntry, Verdict } from '../plan.ts';
import type { Machine } from '../resources/machine.ts';
import { WaitNotices } from '../resources/wait-notices.ts';
import type { TaskEnd, Executor, Task } from './executor.ts';
import type { ExecutionOptions } from './execution-options.ts';
import { LocalAttempts } from './local-attempts.ts';
import { runPipeline } from './run.ts';

export type Sketch = Partial<Omit<Instance, 'inputs'>> & {
  readonly after?: readonly string[];
  /** As planned; the default: to be executed. */
  readonly planned?: Verdict['kind'];
  /** The decision after the producers are done, if it differs. */
  readonly decided?: 'run' | 'fresh' | 'restore';
  readonly seconds?: number;
  /** Its input is another one at each look. */
  readonly restless?: boolean;
  /** The result of taking over its outputs. */
  readonly committed?: Failure;
};

/** The course of an attempt. The default: exit 0 on the next turn of the event loop. */
export type Script = (id: string, attempt: number, stopped: Promise<void>, task: Task) => Promise<TaskEnd>;

export const done: TaskEnd = { kind: 'exit', code: 0 };
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface Outcome {
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
  /** `started a`, `succeeded a`, ... without the ends of the run. */
  readonly story: readonly string[];
  readonly executions: ReadonlyMap<string, Execution>;
}

export interface Setting {
  readonly script?: Script;
  readonly options?: Partial<ExecutionOptions>;
  readonly machine?: Partial<Machine>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
  /** Called with the folder of the store, before the run. */
  readonly onRoot?: (folder: string) => void;
}

/** Producers first. */
export async function runSketch(
  sketches: Readonly<Record<string, Sketch>>,
  {
    script = () => turn().then(() => done),
    options,
    machine,
    signal = new AbortController().signal,
    onEvent,
    onRoot,
  }: Setting = {},
): Promise<Outcome> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'run-'));
  try {
    onRoot?.(folder);
    const events: RunEvent[] = [];
    const executions = new Map<string, Execution>();
    const instances = Object.entries(sketches).map(([id, sketch]) => instanceOf(id, sketch));
    const summary = await runPipeline(
      fakePipeline(folder, instances, sketches, executions),
      instances,
      {
        jobs: 100,
        slots: {},
        keepGoing: false,
        force: new Set(),
        upstream: new Set(),
        requireGpu: false,
        findCardEngine: () => Promise.resolve({ kind: 'usable', engine: 'xla' }),
        graceMs: 10,
        ...options,
      },
      (event) => {
        events.push(structuredClone(event));
        onEvent?.(event);
      },
      signal,
      {
        attempts: new LocalAttempts({
          executor: fakeExecutor(script),
          hostProgram: 'none',
          machine: () =>
            Promise.resolve({ cpus: 4, memoryBytes: 1000, survey: { kind: 'none' }, slots: {}, ...machine }),
        }),
        leftAttempts: { find: () => undefined },
      },
    );
    const story = events.flatMap((event) => ('id' in event ? [`${event.type} ${event.id}`] : []));
    return { summary, events, story, executions };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function instanceOf(id: string, { after = [], ...given }: Sketch): Instance {
  return {
    id: id as InstanceId,
    stage: id,
    axes: {},
    body: { kind: 'command', template: 'true' },
    params: {},
    env: [],
    secrets: [],
    outputs: {},
    resources: {},
    retries: { limit: 0, delayMs: 0 },
    location: { file: 'pipeline.json', line: 1, column: 1, length: 1 },
    ...given,
    inputs: Object.fromEntries(
      after.map((producer, i) => [`x${i}`, { kind: 'output', producer: producer as InstanceId, output: 'out' }]),
    ),
  };
}

function fakePipeline(
  folder: string,
  instances: readonly Instance[],
  sketches: Readonly<Record<string, Sketch>>,
  executions: Map<string, Execution>,
): OpenPipeline {
  const record = { outputs: {} } as unknown as RunRecord;
  const fingerprint = (id: string): Fingerprint => Buffer.from(id).toString('hex') as Fingerprint;
  const verdictOf = (id: InstanceId, kind: Verdict['kind']): Verdict =>
    ({ kind, fingerprint: fingerprint(id), record, reasons: [] }) as Verdict;
  const unused = (): never => {
    throw new Error('Internal error: the run asked for what it need not know.');
  };
  let looks = 0;
  return {
    pipeline: { root: folder, name: 'fake' } as Pipeline,
    storeFolder: folder,
    warnings: [],
    waits: new WaitNotices(),
    planner: {
      plan: () =>
        Promise.resolve({
          pipeline: {} as Pipeline,
          entries: instances.map((instance): PlanEntry => ({
            instance,
            verdict: verdictOf(instance.id, sketches[instance.id]!.planned ?? 'run'),
            expectedSeconds: sketches[instance.id]!.seconds ?? 1,
            unpublished: [],
          })),
        }),
      decide: async ({ id }, { force }) => {
        await turn();
        const { planned = 'run', decided = planned, restless = false } = sketches[id]!;
        looks += 1;
        const verdict = verdictOf(id, force ? 'run' : decided);
        return restless ? { ...verdict, fingerprint: `${id}-${looks}` as Fingerprint } : verdict;
      },
      unsteadyInputs: () => ['data/log'],
    },
    executions: {
      prepare: (instance, print) => {
        const place = path.join(folder, 'work', instance.id);
        const checkpoint = path.join(folder, 'checkpoints', instance.id);
        mkdirSync(place, { recursive: true });
        mkdirSync(checkpoint, { recursive: true });
        return Promise.resolve<Sandbox>({
          fingerprint: print,
          folder: place,
          inputs: {},
          outputs: {},
          checkpoint,
          resumed: false,
          resumes: 0,
          discarded: false,
          versions: new Map(),
          relies: [],
          log: (attempt) => path.join(folder, 'logs', `${instance.id}-${attempt}.log`),
        });
      },
      commit: async ({ id }, _, execution) => {
        await turn();
        const failure = sketches[id]!.committed;
        if (failure) return err(failure);
        executions.set(id, execution);
        return ok(record);
      },
      abandon: turn,
      adopt: unused,
      leave: unused,
      restore: async () => {
        await turn();
        return ok(record);
      },
      prove: unused,
      unpublished: () => [],
    },
    results: {
      lineage: () => Promise.resolve([]),
      filesOf: unused,
      locked: unused,
      past: unused,
      text: unused,
      checkout: unused,
      logs: unused,
    },
    checkModules: unused,
    close: unused,
  };
}

function fakeExecutor(script: Script): Executor {
  const stops: (() => void)[] = [];
  return {
    start(task) {
      const [, id, attempt] = /([^/]+)-(\d+)\.log$/.exec(task.log)!;
      let stop!: () => void;
      const stopped = new Promise<void>((resolve) => (stop = resolve));
      stops.push(stop);
      return { ended: script(id!, Number(attempt), stopped, task), stop };
    },
    endOrphans: () => Promise.resolve([]),
    async close() {
      for (const stop of stops) stop();
      await turn();
    },
  };
}
