/** Parts of values, padded values, and values put back at the place of a slice. */
import type { Window } from '../../graph/attributes.ts';
import { attribute, type Attributes, type Edge, type TfType } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';
import { int32Type } from './kernel.ts';

/** `size` elements along each axis, from `begin` on, `strides` apart. */
export interface SliceRange {
  readonly begin: readonly number[];
  readonly size: readonly number[];
  readonly strides: readonly number[];
}

/** @param shape the shape of the sliced value; a slice of the whole costs nothing */
export function takeSlice(
  lowering: Lowering,
  edge: Edge,
  type: TfType,
  shape: readonly number[],
  part: SliceRange,
): Edge {
  const { graph } = lowering;
  const { begin, size, strides } = part;
  if (isAll(shape, part)) return edge;
  if (strides.every((stride) => stride === 1))
    return graph.op('Slice', [edge, graph.integers(begin), graph.integers(size)], attributesOf(type));
  return graph.op('StridedSlice', [edge, ...bounds(lowering, part)], attributesOf(type));
}

/** Zeros of `shape`, and the values of `edge` where `part` lies in them. */
export function putSlice(
  lowering: Lowering,
  edge: Edge,
  type: TfType,
  shape: readonly number[],
  part: SliceRange,
): Edge {
  const { graph } = lowering;
  const [begin, end, strides] = bounds(lowering, part);
  return isAll(shape, part)
    ? edge
    : graph.op('StridedSliceGrad', [graph.integers(shape), begin, end, strides, edge], attributesOf(type));
}

export function padImages(
  lowering: Lowering,
  images: Edge,
  type: TfType,
  { padInfo: { top, bottom, left, right } }: Window,
): Edge {
  if (top + bottom + left + right === 0) return images;
  const paddings = lowering.graph.constant('int32', [4, 2], Int32Array.of(0, 0, top, bottom, left, right, 0, 0));
  return lowering.op('Pad', [images, paddings], { T: attribute.type(type), Tpaddings: int32Type });
}

const attributesOf = (type: TfType): Attributes => ({ T: attribute.type(type), Index: int32Type });

const isAll = (shape: readonly number[], { size }: SliceRange): boolean =>
  size.every((length, axis) => length === shape[axis]);

function bounds({ graph }: Lowering, { begin, size, strides }: SliceRange): [begin: Edge, end: Edge, strides: Edge] {
  const end = begin.map((at, axis) => at + (size[axis]! - 1) * strides[axis]! + 1);
  return [graph.integers(begin), graph.integers(end), graph.integers(strides)];
}
