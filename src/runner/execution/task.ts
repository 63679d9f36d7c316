/** Makes the task for an executor from an instance, its sandbox and its grant. */
import path from 'node:path';
import type { Job, LineageEntry } from '../../stage/protocol.ts';
import { writeScratch } from '../../util/atomic-file.ts';
import type { Sandbox } from '../executions.ts';
import type { Instance } from '../pipeline.ts';
import { commandTask } from './command-task.ts';
import { stageEnvironment } from './environment.ts';
import type { Task } from './executor.ts';
import { threadsOf, describeGrant, type Grant } from './grant.ts';

export interface TaskDeps {
  readonly root: string;
  /** The built src/stage/host.ts. */
  readonly hostProgram: string;
  readonly graceMs: number;
  /** The log file to which this attempt appends its output. */
  readonly log: string;
  readonly lineage: () => Promise<readonly LineageEntry[]>;
}

export async function taskOf(
  instance: Instance,
  sandbox: Sandbox,
  grant: Grant,
  { root, hostProgram, graceMs, log, lineage }: TaskDeps,
): Promise<{ readonly task: Task; readonly warnings: readonly string[] }> {
  const environment = stageEnvironment(instance, grant, process.env);
  const common = { folder: root, log, graceMs };
  const { body } = instance;
  if (body.kind === 'module') {
    const job = jobOf(instance, path.resolve(root, body.module), sandbox, grant, await lineage());
    const file = path.join(sandbox.folder, 'job.json');
    writeScratch(file, JSON.stringify(job));
    const command = [process.execPath, '--enable-source-maps', hostProgram, file] as const;
    return { task: { ...common, command, environment, sendsMessages: true }, warnings: [] };
  }
  const { command, environment: own, warnings } = commandTask(body, instance, sandbox);
  return {
    task: {
      ...common,
      command,
      environment: { ...environment, ...own, PIPELINE_CHECKPOINT: sandbox.checkpoint },
      sendsMessages: false,
    },
    warnings,
  };
}

function jobOf(
  { id, stage, axes, params, inputs: declared }: Instance,
  source: string,
  { module, inputs, outputs, checkpoint }: Sandbox,
  grant: Grant,
  lineage: readonly LineageEntry[],
): Job {
  if (module === undefined) throw new Error(`Internal error: ${id} is a module stage without a bundle.`);
  const privateInputs = Object.entries(declared).flatMap(([name, input]) =>
    input.kind === 'path' && input.private ? [name] : [],
  );
  return {
    module,
    source,
    id,
    stage,
    axes,
    params,
    inputs,
    outputs,
    checkpoint,
    resources: { ...describeGrant(grant), cpu: threadsOf(grant) },
    lineage,
    ...(privateInputs.length > 0 && { privateInputs }),
  };
}
