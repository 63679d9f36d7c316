/**
 * Mixed precision: which nodes of a program compute in bfloat16.
 *
 * Reduced to bfloat16: convolutions and matrix products that depend on the state, and the operations between them.
 * Weights, statistics of normalisation, losses, updates and augmentation stay in float32. The recipe is that of P.
 * Micikevicius et al., "Mixed Precision Training", ICLR 2018, without its scaling of losses: bfloat16 has float32's
 * exponents (D. Kalamkar et al., 2019).
 */
import type { DType } from '../host-tensor.ts';
import type { Node, Value } from './node.ts';
import { liveNodes, type Program } from './program.ts';

/** A type in which nodes compute; bfloat16 exists within steps only. */
export type ComputeType = DType | 'bfloat16';

/** The nodes that compute in bfloat16. */
export type ReducedNodes = ReadonlySet<Node>;

export const NO_REDUCED_NODES: ReducedNodes = new Set();

/** Kernels that are faster in bfloat16 by themselves. */
const PRODUCTS = new Set(['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter', 'BatchMatMul']);

/** Kernels that are reduced if all their operands are outputs of reduced nodes. */
const BETWEEN = new Set(['Relu', 'Add', 'MaxPool', 'BatchNormTraining', 'Reshape', 'Transpose', 'PadV2']);

/** Gradients that are reduced if the input of this number is. */
const GRADIENTS: Readonly<Record<string, number>> = { ReluGrad: 1, MaxPoolGrad: 1, BatchNormTrainingGrad: 1 };

/** Only the images of a batch norm are reduced. */
const IMAGES: Readonly<Record<string, { readonly inputs: readonly number[]; readonly outputs: readonly number[] }>> = {
  BatchNormTraining: { inputs: [0], outputs: [0] },
  BatchNormTrainingGrad: { inputs: [0, 1], outputs: [0] },
};

export function chooseReduced(program: Program): ReducedNodes {
  const reduced = new Set<Node>();
  const depends = new Set<Node>();
  const isReduced = (value: Value): boolean =>
    outputType(value, reduced) === 'bfloat16' && value.node.kernel !== 'Conv2DBackpropFilter';
  for (const node of liveNodes(program)) {
    if (node.kernel === 'State' || node.inputs.some((input) => depends.has(input.node))) depends.add(node);
    const follows = GRADIENTS[node.kernel];
    const images = node.inputs.filter((_, i) => takesReduced(node, i));
    if (node.outputs[0]?.dtype !== 'float32' || !depends.has(node)) continue;
    if (
      PRODUCTS.has(node.kernel) ||
      (follows !== undefined && isReduced(node.inputs[follows]!)) ||
      (BETWEEN.has(node.kernel) && images.every(isReduced))
    )
      reduced.add(node);
  }
  return reduced;
}

/** The type in which a value leaves its node. */
export function outputType(value: Value, reduced: ReducedNodes): ComputeType {
  const { node, index, dtype } = value;
  const outputs = IMAGES[node.kernel]?.outputs;
  return reduced.has(node) && dtype === 'float32' && (outputs?.includes(index) ?? true) ? 'bfloat16' : dtype;
}

/** The type in which a node takes its input. */
export function inputType(node: Node, input: number, reduced: ReducedNodes): ComputeType {
  const { dtype } = node.inputs[input]!;
  return reduced.has(node) && dtype === 'float32' && takesReduced(node, input) ? 'bfloat16' : dtype;
}

const takesReduced = ({ kernel }: Node, input: number): boolean => IMAGES[kernel]?.inputs.includes(input) ?? true;
