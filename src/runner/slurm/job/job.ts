/** The job of Slurm, or the step of an allocation, in which this process runs. */
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
  const { SLURM_JOB_ID, SLURM_ARRAY_TASK_ID, SLURMD_NODENAME, CUDA_VISIBLE_DEVICES } = environment;
  const given = environment.SLURM_STEP_GPUS ?? environment.SLURM_JOB_GPUS;
  // Without --gpus the variable may come from somewhere else.
  const visible = given === undefined ? '' : (CUDA_VISIBLE_DEVICES ?? given);
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
