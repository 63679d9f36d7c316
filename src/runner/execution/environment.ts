/** The variables that a stage sees: a small fixed base, its declared variables, and its granted resources. */
import type { Instance } from '../pipeline.ts';
import { GRANTED_GPUS } from '../../util/granted-gpus.ts';
import type { Gpu } from '../resources/gpu.ts';
import { threadsOf, type Grant } from './grant.ts';

/** XDG_CACHE_HOME with HOME, because stages look for an added engine there. */
export const BASE_VARIABLES = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'XDG_CACHE_HOME'];
/** Files are read and images decoded on libuv's pool, whose size is fixed when a process starts. */
const LEAST_POOL = 4;

/** @param outer the runner's own environment */
export function stageEnvironment(
  { env, secrets }: Pick<Instance, 'env' | 'secrets'>,
  grant: Grant,
  outer: NodeJS.ProcessEnv,
): Record<string, string> {
  const passed = [...BASE_VARIABLES, ...env, ...secrets].flatMap((name) =>
    outer[name] === undefined ? [] : [[name, outer[name]] as const],
  );
  const threads = threadsOf(grant);
  const { memory } = grant.amounts;
  return {
    // Python writes to a file only when 8 KiB are full: a log would stay empty while the stage runs.
    PYTHONUNBUFFERED: '1',
    ...Object.fromEntries(passed),
    PIPELINE_CPUS: String(threads),
    OMP_NUM_THREADS: String(threads),
    UV_THREADPOOL_SIZE: String(Math.max(LEAST_POOL, threads)),
    ...(memory !== undefined && { PIPELINE_MEMORY: String(memory) }),
    CUDA_VISIBLE_DEVICES: visible(grant.gpus),
    ...(grant.gpus.length > 0 && { [GRANTED_GPUS]: String(grant.gpus.length) }),
  };
}

/** Empty without a lease: a stage that did not request a card must not find one. */
const visible = (gpus: readonly Gpu[]): string => gpus.map(({ uuid }) => uuid).join(',');
