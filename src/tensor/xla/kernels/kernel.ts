/** A kernel becomes operations of StableHLO by a function from its inputs, by name, to its outputs. */
import type { Node, Value } from '../../graph/node.ts';
import {
  attributesOf,
  inputsByName,
  outputsByName,
  setOutputs,
  type AttributesOf,
  type Inputs,
  type KernelName,
  type Outputs,
} from '../../graph/signatures.ts';
import type { HloLowering } from '../hlo/lowering.ts';
import type { HloValue } from '../hlo/module.ts';

export type HloKernel<K extends KernelName> = (
  inputs: Inputs<K, HloValue>,
  attributes: AttributesOf<K>,
  context: HloContext<Outputs<K, Value>>,
) => Outputs<K, HloValue>;

/** Some kernels, each under its name; its inputs and attributes have the types of that kernel. */
export type HloKernelTable = { readonly [K in KernelName]?: HloKernel<K> };

/** The facts that a kernel may need beside its inputs and attributes. */
export interface HloContext<Results = unknown> {
  readonly lowering: HloLowering;
  readonly node: Node;
  /** The outputs as they are in the graph: their shapes and dtypes. */
  readonly results: Results;
}

/** Lowers a node, and sets every output of it. */
export function lowerNodeToHlo<K extends KernelName>(
  kernel: K,
  lower: HloKernel<K>,
  lowering: HloLowering,
  node: Node,
): void {
  const inputs = inputsByName(kernel, lowering.inputsOf(node));
  const context = { lowering, node, results: outputsByName(kernel, node.outputs) };
  const found = lower(inputs, attributesOf<K>(node), context);
  setOutputs(kernel, node, found, (value, lowered: HloValue) => {
    lowering.set(value, lowered);
  });
}
