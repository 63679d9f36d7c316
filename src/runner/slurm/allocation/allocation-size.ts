/** The size of an allocation, in processors, cards and bytes of each of its nodes. */
import type { Instance } from '../../pipeline.ts';
import type { Amounts } from '../../resources/slots.ts';
import { MEBIBYTE, wholeProcessors } from '../units.ts';
import type { AllocationShape } from '../settings.ts';

export interface AllocationSize {
  readonly nodes: number;
  readonly cpu: number;
  /** Undefined: what the partition gives. */
  readonly memory: number | undefined;
  readonly gpu: number;
}

/**
 * Amounts that the settings leave open: processors and cards of the largest instance, and memory for as many instances
 * as have processors and cards at the same time.
 */
export function allocationSize(
  shape: AllocationShape,
  instances: readonly Pick<Instance, 'resources'>[],
): AllocationSize {
  const shares = instances.map(({ resources }) => shareOf(resources));
  const cpu = shape.cpu ?? Math.max(1, ...shares.map((share) => share.cpu));
  const gpu = shape.gpu ?? Math.max(0, ...shares.map((share) => share.gpu));
  const together = shares.map((share) => {
    const most = Math.floor(share.gpu === 0 ? cpu / share.cpu : Math.min(cpu / share.cpu, gpu / share.gpu));
    return share.memory * Math.max(1, most);
  });
  const asked = Math.max(0, ...together);
  return { nodes: shape.nodes, cpu, gpu, memory: shape.memory ?? (asked === 0 ? undefined : asked) };
}

/**
 * The part of a node that a step takes, in whole mebibytes as for Slurm. Memory that nobody asks for is not counted.
 */
export function shareOf({ cpu = 1, memory = 0, gpu = 0 }: Amounts): {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
} {
  return { cpu: wholeProcessors(cpu), memory: Math.ceil(memory / MEBIBYTE) * MEBIBYTE, gpu: Math.ceil(gpu) };
}
