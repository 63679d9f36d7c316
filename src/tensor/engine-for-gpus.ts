/** Finds the engine that `auto` takes if the runner granted a GPU. Nothing is loaded. */
import { GRANTED_GPUS } from '../util/granted-gpus.ts';
import { findTensorflow } from './tensorflow/installation/place.ts';
import { findXla } from './xla/installation/place.ts';

export type EngineForGpus = 'xla' | 'tensorflow';

/** Undefined if no engine for GPUs was added. */
export function findEngineForGpus(): EngineForGpus | undefined {
  if (findXla()?.forGpus === true) return 'xla';
  return findTensorflow()?.forGpus === true ? 'tensorflow' : undefined;
}

/**
 * True if the runner granted a GPU to this process. A variable of the user's own, such as CUDA_VISIBLE_DEVICES, grants
 * none.
 */
export const isGpuGranted = (): boolean => Number(process.env[GRANTED_GPUS] ?? 0) > 0;
