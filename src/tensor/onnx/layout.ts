/**
 * The order of a tensor's values in memory.
 *
 * tfjs counts images as [N, H, W, C] and filters as [kh, kw, in, out]; ONNX Runtime's operators want channels first,
 * its fast ones in blocks of b channels. Every layout is an arrangement: sides are split, the parts are permuted, and
 * the result is declared with a shape that the operators expect.
 */
import { fourSides, sideAt } from '../graph/sides.ts';
import { sizeOf } from '../host-tensor.ts';
import type { Model, Name } from './model.ts';

export type Layout =
  | 'plain'
  /** [N, C, H, W] */
  | 'channels-first'
  /** [N, C/b, H, W, b], declared [N, C, H, W] */
  | 'blocked'
  /** [out, in, kh, kw] */
  | 'filter'
  /** [in/b, out/b, kh, kw, b in, b out], declared [in/b, out, kh, kw b]: as the gradient of a blocked filter comes */
  | 'filter-by-input'
  /**
   * [out/b, in/b, kh, kw, b in, b out], declared [1, out, in/b, kh kw b]: the same for 1x1, and the layout that
   * convolutions read
   */
  | 'filter-by-output'
  /**
   * [out/b, in, kh, kw, b out], declared [out, in, kh, kw]: of the first convolution, whose few channels are no block
   */
  | 'filter-of-few';

export interface Arrangement {
  /** The plain shape with its sides split. */
  readonly split: readonly number[];
  readonly permutation: readonly number[];
  readonly declared: readonly number[];
}

export function arrange(layout: Layout, shape: readonly number[], block: number): Arrangement {
  if (layout === 'plain') return { split: shape, permutation: shape.map((_, i) => i), declared: shape };
  const [a, b, c, d] = fourSides(shape);
  switch (layout) {
    case 'channels-first':
      return { split: shape, permutation: [0, 3, 1, 2], declared: [a, d, b, c] };
    case 'blocked':
      return { split: [a, b, c, d / block, block], permutation: [0, 3, 1, 2, 4], declared: [a, d, b, c] };
    case 'filter':
      return { split: shape, permutation: [3, 2, 0, 1], declared: [d, c, a, b] };
    case 'filter-by-input':
      return {
        split: [a, b, c / block, block, d / block, block],
        permutation: [2, 4, 0, 1, 3, 5],
        declared: [c / block, d, a, b * block],
      };
    case 'filter-by-output':
      return {
        split: [a, b, c / block, block, d / block, block],
        permutation: [4, 2, 0, 1, 3, 5],
        declared: [1, d, c / block, a * b * block],
      };
    case 'filter-of-few':
      return { split: [a, b, c, d / block, block], permutation: [3, 2, 0, 1, 4], declared: [d, c, a, b] };
  }
}

/** The shape of an arranged tensor with nothing merged. Broadcasting tensors line up in it. */
export const expandedShape = ({ split, permutation }: Arrangement): number[] =>
  permutation.map((axis) => sideAt(split, axis));

/** Adds the operators that bring `name` from one arrangement of `shape` to another. */
export function convertLayout(model: Model, name: Name, from: Arrangement, to: Arrangement): Name {
  if (!equal(from.split, to.split)) {
    const plain: Arrangement = { split: from.split, permutation: from.split.map((_, i) => i), declared: from.split };
    const spread = convertLayout(model, name, from, plain);
    return convertLayout(
      model,
      spread,
      { ...plain, split: to.split, permutation: to.split.map((_, i) => i), declared: from.split },
      to,
    );
  }
  const order = to.permutation.map((axis) => from.permutation.indexOf(axis));
  if (order.every((axis, i) => axis === i) && equal(from.declared, to.declared)) return name;
  const sides = expandedShape(from);
  const moved = order.filter((axis) => sides[axis] !== 1);
  // If only axes of length 1 change places, no value moves.
  if (moved.every((axis, i) => axis > (moved[i - 1] ?? -1))) return reshape(model, name, to.declared);
  return reshape(model, transpose(model, reshape(model, name, sides), order), to.declared);
}

export const reshape = (model: Model, name: Name, shape: readonly number[]): Name =>
  model.op('Reshape', [name, model.integers(shape)]);

export function transpose(model: Model, name: Name, order: readonly number[]): Name {
  return order.every((axis, i) => axis === i) ? name : model.op('Transpose', [name], { perm: order });
}

/** The same on values in memory: from plain to the arrangement, or back. */
export function rearrangeValues<T extends Float32Array | Int32Array | Uint8Array>(
  data: T,
  { split, permutation }: Arrangement,
  direction: 'into' | 'out of',
): T {
  const result = data.slice() as T;
  const strides = split.map((_, axis) => sizeOf(split.slice(axis + 1)));
  const sides = permutation.map((axis) => sideAt(split, axis));
  const steps = permutation.map((axis) => sideAt(strides, axis));
  const index = sides.map(() => 0);
  let plain = 0;
  for (let at = 0; at < data.length; at++) {
    if (direction === 'into') result[at] = data[plain]!;
    else result[plain] = data[at]!;
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      plain += steps[axis]!;
      if (++index[axis]! < sides[axis]!) break;
      plain -= steps[axis]! * sides[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

const equal = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((side, i) => side === b[i]);
