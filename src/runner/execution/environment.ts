/** The variables that a stage sees: a small fixed base, what it declared, and what it was given. */
import type { Instance } from '../pipeline.ts';

const BASE = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
/** sharp and file reads run on libuv's pool, whose size is fixed when a process starts. */
const LEAST_POOL = 4;

export interface Given {
  readonly cpus: number;
  readonly memoryBytes?: number;
  /** The cards leased, by UUID; absent: whatever the runner's own environment says. */
  readonly gpus?: readonly string[];
}

export function stageEnvironment({ env, secrets }: Instance, given: Given, outer: NodeJS.ProcessEnv): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const name of [...BASE, ...env, ...secrets]) if (outer[name] !== undefined) chosen[name] = outer[name];
  const gpus = given.gpus?.join(',') ?? outer.CUDA_VISIBLE_DEVICES;
  return {
    ...chosen,
    ...(gpus === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpus }),
    PIPELINE_CPUS: String(given.cpus),
    OMP_NUM_THREADS: String(given.cpus),
    UV_THREADPOOL_SIZE: String(Math.max(LEAST_POOL, given.cpus)),
    ...(given.memoryBytes === undefined ? {} : { PIPELINE_MEMORY: String(given.memoryBytes) }),
  };
}
