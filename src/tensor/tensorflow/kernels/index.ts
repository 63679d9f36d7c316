/** Lowers any node to operations of TensorFlow. */
import type { Node } from '../../graph/node.ts';
import { requireKernelName, type KernelName } from '../../graph/signatures.ts';
import type { Lowering } from '../lowering.ts';
import { BATCH_NORMS } from './batch-norm.ts';
import { CONVOLUTIONS } from './convolution.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { lowerNode, type KernelTable, type LowerKernel } from './kernel.ts';
import { POOLS } from './pools.ts';
import { REDUCTIONS } from './reductions.ts';
import { SHAPES } from './shapes.ts';

/** Every kernel but the sources of a graph: a missing one is an error of types. */
export const LOWERED: Required<Omit<KernelTable, 'Input' | 'State' | 'Const'>> = {
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...SHAPES,
  ...CONVOLUTIONS,
  ...POOLS,
  ...BATCH_NORMS,
};

/** Sets every output of the node. */
export function lowerKernel(lowering: Lowering, node: Node): void {
  lowerBy(LOWERED, requireKernelName(node.kernel), lowering, node);
}

function lowerBy<K extends KernelName>(
  table: { readonly [P in K]?: LowerKernel<P> },
  kernel: K,
  lowering: Lowering,
  node: Node,
): void {
  const lower = table[kernel];
  if (lower === undefined) throw new Error(`Internal error: the kernel "${kernel}" is a source of graphs.`);
  lowerNode(kernel, lower, lowering, node);
}
