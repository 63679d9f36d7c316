/** Lowers any node to operations of StableHLO. */
import type { Node } from '../../graph/node.ts';
import { requireKernelName, type KernelName } from '../../graph/signatures.ts';
import type { HloLowering } from '../hlo/lowering.ts';
import { HLO_BATCH_NORMS } from './batch-norm.ts';
import { HLO_CONVOLUTIONS } from './convolution.ts';
import { HLO_ELEMENTWISE } from './elementwise.ts';
import { lowerNodeToHlo, type HloKernel, type HloKernelTable } from './kernel.ts';
import { HLO_POOLS } from './pools.ts';
import { HLO_PRODUCTS } from './products.ts';
import { HLO_REDUCTIONS } from './reductions.ts';
import { HLO_SHAPES } from './shapes.ts';

/** Every kernel but the sources of a graph: a missing one is an error of types. */
export const HLO_KERNELS: Required<Omit<HloKernelTable, 'Input' | 'State' | 'Const'>> = {
  ...HLO_ELEMENTWISE,
  ...HLO_REDUCTIONS,
  ...HLO_SHAPES,
  ...HLO_PRODUCTS,
  ...HLO_CONVOLUTIONS,
  ...HLO_POOLS,
  ...HLO_BATCH_NORMS,
};

/** Sets every output of the node. */
export function lowerKernelToHlo(lowering: HloLowering, node: Node): void {
  lowerBy(HLO_KERNELS, requireKernelName(node.kernel), lowering, node);
}

function lowerBy<K extends KernelName>(
  table: { readonly [P in K]?: HloKernel<P> },
  kernel: K,
  lowering: HloLowering,
  node: Node,
): void {
  const lower = table[kernel];
  if (lower === undefined) throw new Error(`Internal error: the kernel "${kernel}" is a source of graphs.`);
  lowerNodeToHlo(kernel, lower, lowering, node);
}
