/** How one kernel becomes operations. */
import type { Node } from '../../graph/node.ts';
import { attribute, output, type Attributes, type Edge, type TfType } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';

/** Sets every output of the node. */
export type LowerKernel = (lowering: Lowering, node: Node) => void;

export type KernelTable = Readonly<Record<string, LowerKernel>>;

export interface Operands {
  readonly lowering: Lowering;
  readonly node: Node;
  readonly inputs: readonly Edge[];
  /** Of the first input. */
  readonly type: TfType;
}

/** A kernel of one output. */
export function single(lower: (operands: Operands) => Edge): LowerKernel {
  return (lowering, node) => {
    lowering.set(
      node.outputs[0]!,
      lower({
        lowering,
        node,
        inputs: lowering.inputsOf(node),
        type: node.inputs.length === 0 ? 'float32' : lowering.typeOf(node),
      }),
    );
  };
}

/** A kernel that is an operation of TensorFlow with the type of its first input as `T`. */
export const operation = (name: string, attributes: Attributes = {}): LowerKernel =>
  single(({ lowering, inputs, type }) => lowering.op(name, inputs, { T: attribute.type(type), ...attributes }));

/** Sets the outputs of a node to those of an operation, in order. */
export function setAll(lowering: Lowering, { outputs }: Node, edge: Edge): void {
  outputs.forEach((value, index) => {
    lowering.set(value, output(edge, index));
  });
}

export const int32 = attribute.type('int32');
