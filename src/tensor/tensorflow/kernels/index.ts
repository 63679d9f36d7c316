/** Every kernel's way into a TensorFlow graph. */
import { BATCH_NORMS } from './batch-norm.ts';
import { CONVOLUTIONS } from './convolution.ts';
import { ELEMENTWISE } from './elementwise.ts';
import type { LowerKernel } from './kernel.ts';
import { POOLS } from './pools.ts';
import { REDUCTIONS } from './reductions.ts';
import { SHAPES } from './shapes.ts';

export const LOWERED: ReadonlyMap<string, LowerKernel> = new Map(
  Object.entries({ ...ELEMENTWISE, ...REDUCTIONS, ...SHAPES, ...CONVOLUTIONS, ...POOLS, ...BATCH_NORMS }),
);
