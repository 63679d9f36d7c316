/** Kernels that the tracer writes with other kernels, so that no engine needs them. */
import type { Composite } from './composite.ts';
import { FUSED_COMPOSITES } from './fused.ts';
import { IMAGE_COMPOSITES } from './images.ts';
import { GATHER_COMPOSITES } from './gather.ts';
import { ELEMENTWISE_COMPOSITES } from './elementwise.ts';

export const COMPOSITES: ReadonlyMap<string, Composite> = new Map(
  Object.entries({ ...FUSED_COMPOSITES, ...IMAGE_COMPOSITES, ...GATHER_COMPOSITES, ...ELEMENTWISE_COMPOSITES }),
);
