/** A project with one instance, whose attempts follow each other. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { Message } from '../../stage/protocol.ts';
import type { Sandbox } from '../executions.ts';
import type { Body, Instance } from '../pipeline.ts';
import type { AttemptExecutor, AttemptResult, RunningAttempt } from './attempt-executor.ts';

export class AttemptPlace {
  readonly root = mkdtempSync(path.join(os.tmpdir(), 'attempts-'));
  readonly log = path.join(this.root, 'log');
  readonly executor: AttemptExecutor;
  #attempts = 0;

  constructor(make: (storeFolder: string) => AttemptExecutor) {
    const storeFolder = path.join(this.root, 'cache');
    mkdirSync(storeFolder);
    this.executor = make(storeFolder);
    onTestFinished(async () => {
      await this.executor.close();
      rmSync(this.root, { recursive: true, force: true });
    }, 60_000);
  }

  run(
    body: string | Body,
    instance: Partial<Instance> = {},
    hear: (message: Message) => void = () => undefined,
  ): Promise<AttemptResult> {
    return this.start(body, instance, hear).ended;
  }

  start(
    body: string | Body,
    instance: Partial<Instance> = {},
    hear: (message: Message) => void = () => undefined,
  ): RunningAttempt {
    const number = ++this.#attempts;
    const whole: Instance = {
      id: 'train' as InstanceId,
      stage: 'train',
      axes: {},
      body: typeof body === 'string' ? { kind: 'command', template: body } : body,
      inputs: {},
      params: {},
      env: [],
      secrets: [],
      outputs: { out: { kind: 'file', file: 'out.txt', metrics: false, commit: false } },
      resources: { cpu: 2, memory: 100_000_000 },
      retries: { limit: 0, delayMs: 0 },
      location: { file: 'pipeline.json', line: 1, column: 1, length: 1 },
      ...instance,
    };
    return this.executor.start(
      {
        number,
        instance: whole,
        sandbox: this.#sandbox(number, whole),
        grant: { amounts: { ...whole.resources, jobs: 1 }, gpus: [] },
        log: this.log,
        root: this.root,
        graceMs: 10_000,
        lineage: () => Promise.resolve([]),
      },
      { message: hear, warn: () => undefined, restart: () => undefined },
    );
  }

  /** A bundle, as it lies in a sandbox. */
  module(text: string): string {
    writeFileSync(path.join(this.root, 'stage.mjs'), text);
    return 'stage.mjs';
  }

  async appears(file: string): Promise<void> {
    while (!existsSync(path.join(this.root, file))) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  #sandbox(number: number, { body, outputs }: Instance): Sandbox {
    const folder = path.join(this.root, 'cache', 'work', `sandbox-${number}`);
    const checkpoint = path.join(this.root, 'cache', 'checkpoints', 'train');
    mkdirSync(folder, { recursive: true });
    mkdirSync(checkpoint, { recursive: true });
    const places = Object.entries(outputs).map(([name, { file }]) => {
      mkdirSync(path.join(folder, 'outputs', name), { recursive: true });
      return [name, path.join(folder, 'outputs', name, file)] as const;
    });
    return {
      fingerprint: 'f'.repeat(64) as Fingerprint,
      folder,
      inputs: {},
      outputs: Object.fromEntries(places),
      checkpoint,
      resumed: false,
      resumes: 0,
      discarded: false,
      versions: new Map(),
      relies: [],
      log: () => this.log,
      ...(body.kind === 'module' && { module: path.join(this.root, body.module) }),
    };
  }
}

/** The path of the output `out`. */
export function outputOf(result: AttemptResult): string {
  if (result.kind !== 'ended') throw new Error(`It is no end of a stage: ${JSON.stringify(result)}`);
  return result.sandbox.outputs.out ?? '';
}
