/** Compares the tensors that a step is given with those that it was compiled for. */
import { checkTensor, TensorMismatchError } from './errors.ts';
import type { HostTensor, TensorSpec, Tree } from './host-tensor.ts';
import { leavesOf } from './tree.ts';

/** A tensor that a step was compiled for, and its path in the caller's tree. */
export type ExpectedLeaf = TensorSpec & { readonly path: string };

/**
 * Each expected leaf with its tensor of the tree, in their order.
 *
 * Throws TensorMismatchError for a leaf that is missing, unknown, or of another dtype, shape or kind of array.
 */
export function checkLeaves<E extends ExpectedLeaf>(
  what: 'input' | 'state',
  expected: readonly E[],
  tree: Tree<HostTensor>,
): (readonly [E, HostTensor])[] {
  const found = new Map(leavesOf(tree).map(({ path, leaf }) => [path, leaf]));
  refuseUnknown(what, new Set(expected.map(({ path }) => path)), [...found.keys()]);
  return expected.map((leaf) => [leaf, checkTensor(`${what} "${leaf.path}"`, leaf, found.get(leaf.path))]);
}

function refuseUnknown(what: string, known: ReadonlySet<string>, found: readonly string[]): void {
  const unknown = found.filter((path) => !known.has(path));
  if (unknown.length > 0)
    throw new TensorMismatchError(
      `There is no ${what} "${unknown.join('", "')}"; there are: ` +
        `${[...known].map((path) => `"${path}"`).join(', ') || 'none'}.`,
    );
}
