/** Kernels that move, repeat, join or gather values. */
import { axesOf, axisOf, sliceOf, splitOf, stridedSliceOf } from '../../graph/attributes.ts';
import type { Value } from '../../graph/node.ts';
import { sideAt } from '../../graph/sides.ts';
import type { HloLowering } from '../hlo/lowering.ts';
import { hlo, type HloValue } from '../hlo/module.ts';
import type { HloContext, HloKernelTable } from './kernel.ts';

interface Operand {
  readonly x: HloValue;
}
type Context = HloContext<Value>;

/** Every axis is put beside a new one, along which it is repeated. */
function tile(
  { x }: Operand,
  { reps }: { readonly reps: readonly number[] },
  { lowering, results }: Context,
): HloValue {
  const pairs = x.shape.flatMap((side, i) => [sideAt(reps, i), side]);
  const beside = x.shape.map((_, i) => 2 * i + 1);
  return lowering.reshape(lowering.along(x, pairs, beside), results.shape);
}

/** `count` elements along an axis, from `from` on; all of the other axes. */
function partOf(lowering: HloLowering, x: HloValue, axis: number, from: number, count: number): HloValue {
  const begin = x.shape.map((_, i) => (i === axis ? from : 0));
  const size = x.shape.map((side, i) => (i === axis ? count : side));
  return lowering.slice(x, begin, size);
}

/** The padding repeats the elements beside the border, turned around, with the border itself or without. */
function mirrorPad(
  { x }: Operand,
  { paddings, mode }: { readonly paddings: readonly (readonly [number, number])[]; readonly mode: string },
  { lowering }: Context,
): HloValue {
  const border = mode === 'reflect' ? 1 : 0;
  return paddings.reduce((padded, [before, after], axis) => {
    const side = sideAt(padded.shape, axis);
    const mirrored = (from: number, count: number): HloValue[] =>
      count === 0 ? [] : [lowering.reverse(partOf(lowering, padded, axis, from, count), [axis])];
    const parts = [...mirrored(border, before), padded, ...mirrored(side - border - after, after)];
    return lowering.concatenate(parts, axis);
  }, x);
}

/** Backwards is forwards through what is turned around. */
function stridedSlice(
  { x }: Operand,
  attributes: Parameters<typeof stridedSliceOf>[1],
  { lowering, results }: Context,
): HloValue {
  const { begin, end, strides } = stridedSliceOf(x.shape, attributes);
  const turned = strides.flatMap((stride, i) => (stride < 0 ? [i] : []));
  const from = begin.map((at, i) => (turned.includes(i) ? sideAt(x.shape, i) - 1 - at : at));
  const size = begin.map((at, i) => Math.max(0, Math.ceil((sideAt(end, i) - at) / sideAt(strides, i))));
  const part = lowering.slice(lowering.reverse(x, turned), from, size, strides.map(Math.abs));
  return lowering.reshape(part, results.shape);
}

/** The result has the axes of batches, those before `axis`, those of the indices, and those after. */
function gather(
  { x, indices }: { readonly x: HloValue; readonly indices: HloValue },
  { axis: named, batchDims = 0 }: { readonly axis: number; readonly batchDims?: number },
  { lowering, results }: Context,
): HloValue {
  const axis = axisOf(named, x.shape);
  const batches = Array.from({ length: batchDims }, (_, i) => i).join(', ');
  const gathered = indices.shape.length - batchDims;
  const offsets = results.shape.map((_, i) => i).filter((i) => i >= batchDims && (i < axis || i >= axis + gathered));
  const dimensions = [
    `offset_dims = [${offsets.join(', ')}]`,
    `collapsed_slice_dims = [${axis}]`,
    ...(batchDims > 0 ? [`operand_batching_dims = [${batches}]`, `start_indices_batching_dims = [${batches}]`] : []),
    `start_index_map = [${axis}]`,
    `index_vector_dim = ${indices.shape.length}`,
  ];
  return lowering.op('gather', [x, indices], {
    shape: results.shape,
    attributes: {
      dimension_numbers: `#stablehlo.gather<${dimensions.join(', ')}>`,
      slice_sizes: hlo.integers(x.shape.map((side, i) => (i === axis || i < batchDims ? 1 : side))),
      indices_are_sorted: 'false',
    },
  });
}

export const HLO_SHAPES = {
  Reshape: ({ x }, _, { lowering, results }) => lowering.reshape(x, results.shape),
  ExpandDims: ({ input }, _, { lowering, results }) => lowering.reshape(input, results.shape),
  BroadcastTo: ({ x }, _, { lowering, results }) => lowering.broadcast(x, results.shape),
  Transpose: ({ x }, { perm }, { lowering }) => lowering.transpose(x, perm),
  Tile: tile,
  Reverse: ({ x }, { dims }, { lowering }) => lowering.reverse(x, axesOf({ axis: dims }, x.shape)),
  PadV2: ({ x }, { paddings, constantValue = 0 }, { lowering }) => lowering.pad(x, constantValue, paddings),
  MirrorPad: mirrorPad,
  Slice: ({ x }, attributes, { lowering }) => {
    const { begin, size } = sliceOf(x.shape, attributes);
    return lowering.slice(x, begin, size);
  },
  StridedSlice: stridedSlice,

  Concat: ({ operands }, { axis }, { lowering }) => lowering.concatenate(operands, axisOf(axis, operands[0].shape)),
  Pack: ({ operands }, { axis: named }, { lowering, results: { shape } }) => {
    const axis = axisOf(named, shape);
    const part = shape.map((side, i) => (i === axis ? 1 : side));
    return lowering.concatenate(
      operands.map((operand) => lowering.reshape(operand, part)),
      axis,
    );
  },
  Unpack: ({ value }, { axis: named }, { lowering, results }) => {
    const axis = axisOf(named, value.shape);
    return results.map(({ shape }, i) => lowering.reshape(partOf(lowering, value, axis, i, 1), shape));
  },
  SplitV: ({ x }, attributes, { lowering }) => {
    const { axis, sizes } = splitOf(x.shape, attributes);
    const begins = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
    return sizes.map((size, i) => partOf(lowering, x, axis, sideAt(begins, i), size));
  },

  GatherV2: gather,
  OneHot: ({ indices }, { dtype = 'float32', onValue, offValue }, { lowering, results: { shape } }) => {
    const leading = indices.shape.map((_, i) => i);
    const depths = lowering.iota(shape, shape.length - 1);
    const isHot = lowering.compare('EQ', lowering.along(indices, shape, leading), depths);
    return lowering.select(
      isHot,
      lowering.fill(onValue, { type: dtype, shape }),
      lowering.fill(offValue, { type: dtype, shape }),
    );
  },
} satisfies HloKernelTable;
