/** The translation of one kernel to operators. */
import type { Node, Value } from '../../graph/node.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';

/** Sets every output of the node. */
export type LowerKernel = (lowering: Lowering, node: Node) => void;

export type KernelTable = Readonly<Record<string, LowerKernel>>;

/** A kernel of one output that is kept plain. */
export function plainly(lower: (lowering: Lowering, names: Name[], node: Node, result: Value) => Name): LowerKernel {
  return (lowering, node) => {
    const result = node.outputs[0]!;
    lowering.set(
      result,
      'plain',
      lower(
        lowering,
        node.inputs.map((input) => lowering.get(input)),
        node,
        result,
      ),
    );
  };
}
