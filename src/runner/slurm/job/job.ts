/** The job of Slurm in which this process runs. */
import os from 'node:os';
import type { Gpu } from '../../resources/gpu.ts';

export interface Job {
  readonly id: string;
  /** The member of an array. */
  readonly index: number | undefined;
  readonly node: string;
  /** The cards that Slurm gave. */
  readonly gpus: readonly Gpu[];
}

export function jobOf(environment: NodeJS.ProcessEnv): Job {
  const { SLURM_JOB_ID, SLURM_ARRAY_TASK_ID, SLURMD_NODENAME, SLURM_JOB_GPUS, CUDA_VISIBLE_DEVICES } = environment;
  // Without --gpus the variable may come from somewhere else.
  const visible = SLURM_JOB_GPUS === undefined ? '' : (CUDA_VISIBLE_DEVICES ?? SLURM_JOB_GPUS);
  return {
    id: SLURM_JOB_ID ?? '',
    index: SLURM_ARRAY_TASK_ID === undefined ? undefined : Number(SLURM_ARRAY_TASK_ID),
    node: SLURMD_NODENAME ?? os.hostname(),
    gpus: visible
      .split(',')
      .filter(Boolean)
      .map((uuid) => ({ uuid, name: 'GPU' })),
  };
}
