/** Walks trees of tensors in the order of their keys. */
import { kindOf, TensorMismatchError } from './errors.ts';
import type { Tree } from './host-tensor.ts';

export interface Leaf<T> {
  /** Keys from the root, joined by slashes: for messages, and to find the same leaf in another tree. */
  readonly path: string;
  readonly leaf: T;
}

/** A leaf has a shape and a dtype: specs, host tensors, tfjs tensors. */
interface Shaped {
  readonly shape: readonly number[];
  readonly dtype: string;
}

function isLeaf(tree: unknown): tree is Shaped {
  const { shape, dtype } = tree as Partial<Record<keyof Shaped, unknown>>;
  return Array.isArray(shape) && typeof dtype === 'string';
}

export function leavesOf<T extends Shaped>(tree: Tree<T>): Leaf<T>[] {
  const found: Leaf<T>[] = [];
  mapTree(tree, (leaf, path) => found.push({ path, leaf }));
  return found;
}

/** A tree of the same form with other leaves. */
export function mapTree<T extends Shaped, U>(tree: Tree<T>, change: (leaf: T, path: string) => U, path = ''): Tree<U> {
  if (typeof tree !== 'object' || (tree as unknown) === null || ArrayBuffer.isView(tree))
    throw new TensorMismatchError(
      `A tensor { dtype, shape, data }, or a record of tensors, is expected${path === '' ? '' : ` as "${path}"`}; ` +
        `found ${kindOf(tree)}.`,
    );
  if (isLeaf(tree)) return change(tree, path);
  return Object.fromEntries(
    Object.entries(tree).map(([key, branch]) => [key, mapTree(branch, change, path === '' ? key : `${path}/${key}`)]),
  );
}
