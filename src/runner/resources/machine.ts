/** What this machine has to share, and what an instance wants of it. */
import { availableParallelism, totalmem } from 'node:os';
import type { Instance } from '../pipeline.ts';
import type { Amounts } from './slots.ts';

export function capacityOf(gpus: number): Amounts {
  return { cpu: availableParallelism(), memory: totalmem(), gpu: Math.max(1, gpus) };
}

/** Where there is no GPU, who wants one takes all processors in its place: heavy stages run one at a time. */
export function wishesOf({ resources }: Instance, gpus: number): Amounts {
  const cpu = resources.cpu ?? ((resources.gpu ?? 0) > 0 && gpus === 0 ? availableParallelism() : 1);
  return { ...resources, cpu };
}
