/** The resources granted to one execution. */
import type { Gpu } from '../resources/gpu.ts';
import type { Amounts } from '../resources/slots.ts';

export interface Grant {
  readonly amounts: Amounts;
  /** The leased cards; none if the processor replaces them. */
  readonly gpus: readonly Gpu[];
}

/** Half a processor is one thread. */
export const threadsOf = ({ amounts }: Grant): number => Math.max(1, Math.floor(amounts.cpu ?? 1));

/** In the form for the stage and for the record of its result. */
export function describeGrant(grant: Grant): Record<string, number | string> {
  const { gpu, ...others } = grant.amounts;
  return {
    ...Object.fromEntries(Object.entries(others).filter(([name]) => name !== 'jobs')),
    ...(gpu !== undefined && { gpu: grant.gpus.length }),
    ...(grant.gpus.length > 0 && { gpuModel: [...new Set(grant.gpus.map(({ name }) => name))].join(', ') }),
  };
}
