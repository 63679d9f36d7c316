/** Kernels that the tracer writes with others, so that no engine needs to know them. */
import type { Composite } from './composite.ts';
import { FUSED } from './fused.ts';
import { IMAGES } from './images.ts';
import { PICKING } from './picking.ts';
import { SMALL } from './small.ts';

export const COMPOSITES: ReadonlyMap<string, Composite> = new Map(
  Object.entries({ ...FUSED, ...IMAGES, ...PICKING, ...SMALL }),
);
