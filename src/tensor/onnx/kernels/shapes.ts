/** Kernels that move, repeat, join or gather values, and matrix products. */
import { axesOf, axisOf, sliceOf, splitOf, stridedSliceOf, type SliceAttributes } from '../../graph/attributes.ts';
import { mirroredIndices } from '../../graph/mirror.ts';
import type { Value } from '../../graph/node.ts';
import { sideAt } from '../../graph/sides.ts';
import type { AttributesOf, Inputs } from '../../graph/signatures.ts';
import { sizeOf } from '../../host-tensor.ts';
import { expandedShape } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import { plain, type AnyContext, type Context, type KernelTable, type PlainContext } from './kernel.ts';

/** Repeats axes of length 1, in the layout of the result. */
function broadcastTo({ x }: { readonly x: Value }, _: object, { lowering, results }: Context<'BroadcastTo'>): void {
  const { model } = lowering;
  const layout = lowering.layout(results);
  if (layout === 'plain') {
    lowering.set(results, layout, model.op('Expand', [lowering.get(x), model.integers(results.shape)]));
    return;
  }
  const arrangement = lowering.arrangement(results, layout);
  const shape = model.integers(expandedShape(arrangement));
  const wide = model.op('Expand', [lowering.alignedWith(x, results, layout), shape]);
  lowering.set(results, layout, lowering.reshape(wide, arrangement.declared));
}

/** Padding of height and width works on images of any layout; other padding on plain values. */
function pad(
  { x }: { readonly x: Value },
  { paddings, constantValue = 0 }: AttributesOf<'PadV2'>,
  { lowering, results }: Context<'PadV2'>,
): void {
  const { model } = lowering;
  const fill = lowering.number(constantValue, x.dtype);
  const [before, after] = [paddings.map(([side]) => side), paddings.map(([, side]) => side)];
  if (!lowering.isImage(results) || before[3] !== 0 || after[3] !== 0) {
    const pads = model.integers([...before, ...after]);
    lowering.set(results, 'plain', model.op('Pad', [lowering.get(x), pads, fill]));
    return;
  }
  const layout = lowering.layout(results);
  const arrangement = lowering.arrangement(x, layout);
  // Blocks of channels are an axis more, which is not padded.
  const arranged = (sides: readonly number[]): number[] => arrangement.permutation.map((axis) => sides[axis] ?? 0);
  const whole = lowering.reshape(lowering.get(x, layout), expandedShape(arrangement));
  const wide = model.op('Pad', [whole, model.integers([...arranged(before), ...arranged(after)]), fill]);
  lowering.set(results, layout, lowering.reshape(wide, lowering.arrangement(results, layout).declared));
}

/** @param steps default: 1 along each axis */
function sliceAll({ model }: Lowering, x: Name, begin: number[], end: number[], steps = begin.map(() => 1)): Name {
  const axes = begin.map((_, axis) => axis);
  return model.op('Slice', [x, ...[begin, end, axes, steps].map((numbers) => model.integers(numbers))]);
}

/** Slices of images keep their layout while they take all channels: the gradients of padding. */
function slice(
  { x }: { readonly x: Value },
  attributes: SliceAttributes,
  { lowering, results }: Context<'Slice'>,
): void {
  const { begin, size } = sliceOf(x.shape, attributes);
  const end = begin.map((from, axis) => from + sideAt(size, axis));
  if (!lowering.isImage(x) || x.shape[3] !== results.shape[3]) {
    const whole = lowering.get(x);
    lowering.set(results, 'plain', x.shape.length === 0 ? whole : sliceAll(lowering, whole, begin, end));
    return;
  }
  const layout = lowering.layout(x);
  const { permutation, split, ...rest } = lowering.arrangement(x, layout);
  const [from, to] = [begin.slice(0, 3), end.slice(0, 3)];
  const whole = lowering.reshape(lowering.get(x, layout), expandedShape({ permutation, split, ...rest }));
  const part = sliceAll(
    lowering,
    whole,
    permutation.map((axis) => from[axis] ?? 0),
    permutation.map((axis) => to[axis] ?? sideAt(split, axis)),
  );
  lowering.set(results, layout, lowering.reshape(part, lowering.arrangement(results, layout).declared));
}

function stridedSlice(
  { x }: Inputs<'StridedSlice', Name>,
  attributes: AttributesOf<'StridedSlice'>,
  { lowering, values, results }: PlainContext<'StridedSlice'>,
): Name {
  const { begin, end, strides } = stridedSliceOf(values.x.shape, attributes);
  // Going backwards past the first element ends at -1, which ONNX reads as the last one.
  const ends = end.map((at, axis) => (sideAt(strides, axis) < 0 && at < 0 ? -sideAt(values.x.shape, axis) - 1 : at));
  return lowering.reshape(sliceAll(lowering, x, begin, ends, strides), results.shape);
}

function split(
  x: Name,
  axis: number,
  sizes: readonly number[],
  results: readonly Value[],
  context: AnyContext,
): Name[] {
  const { lowering, model } = context;
  const parts = sizes.length === 1 ? [x] : model.ops('Split', [x, model.integers(sizes)], { axis }, sizes.length);
  return results.map(({ shape }, i) => lowering.reshape(parts[i] ?? x, shape));
}

function gather(
  { x, indices }: Inputs<'GatherV2', Name>,
  { axis: anyAxis, batchDims = 0 }: AttributesOf<'GatherV2'>,
  { lowering, model, values, results }: PlainContext<'GatherV2'>,
): Name {
  const { shape } = values.x;
  const axis = axisOf(anyAxis, shape);
  if (batchDims === 0) return model.op('Gather', [x, indices], { axis });
  // Every batch has rows of its own: number them through, and gather from all.
  const batches = sizeOf(shape.slice(0, batchDims));
  const outer = sizeOf(shape.slice(batchDims, axis));
  const length = sideAt(shape, axis);
  const inner = sizeOf(shape.slice(axis + 1));
  const count = sizeOf(values.indices.shape.slice(batchDims));
  const swap = (name: Name): Name => lowering.transpose(name, outer === 1 ? [0, 1, 2, 3] : [0, 2, 1, 3]);
  const rows = swap(lowering.reshape(x, [batches, outer, length, inner]));
  const offsets = model.constant(
    'int32',
    [batches, 1],
    Int32Array.from({ length: batches }, (_, i) => i * length),
  );
  const numbers = model.op('Add', [lowering.reshape(indices, [batches, count]), offsets]);
  const all = lowering.reshape(rows, [batches * length, outer * inner]);
  const found = lowering.reshape(model.op('Gather', [all, numbers], { axis: 0 }), [batches, count, outer, inner]);
  return lowering.reshape(swap(found), results.shape);
}

function matMul(
  { a, b }: Inputs<'BatchMatMul', Name>,
  { transposeA = false, transposeB = false }: AttributesOf<'BatchMatMul'>,
  { lowering, model, values }: PlainContext<'BatchMatMul'>,
): Name {
  const [leftRank, rightRank] = [values.a.shape.length, values.b.shape.length];
  const isFloat = values.a.dtype === 'float32';
  const turned = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
  if (isFloat && leftRank === 2 && rightRank === 2) return model.op('Gemm', [a, b], turned);
  if (isFloat && (transposeA || transposeB)) return model.op('FusedMatMul', [a, b], turned, 'com.microsoft');
  const swapped = (name: Name, rank: number): Name =>
    lowering.transpose(name, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
  return model.op('MatMul', [transposeA ? swapped(a, leftRank) : a, transposeB ? swapped(b, rightRank) : b]);
}

const PLAIN = plain({
  Reshape: ({ x }, _, { lowering, results }) => lowering.reshape(x, results.shape),
  ExpandDims: ({ input }, _, { lowering, results }) => lowering.reshape(input, results.shape),
  Transpose: ({ x }, { perm }, { lowering }) => lowering.transpose(x, perm),
  Tile: ({ x }, { reps }, { model }) => model.op('Tile', [x, model.integers(reps)]),

  /** Reflected and symmetric padding as a gathering of rows, axis by axis. */
  MirrorPad: ({ x }, attributes, { model, values }) =>
    mirroredIndices(values.x.shape, attributes).reduce(
      (name, indices, axis) =>
        indices === null ? name : model.op('Gather', [name, model.integers(indices)], { axis }),
      x,
    ),
  StridedSlice: stridedSlice,
  Reverse: ({ x }, { dims }, { model, values }) => {
    const axes = axesOf({ axis: dims }, values.x.shape);
    if (axes.length === 0) return x;
    const all = (value: number): Name => model.integers(axes.map(() => value));
    return model.op('Slice', [x, all(-1), all(-(2 ** 31)), model.integers(axes), all(-1)]);
  },

  Concat: ({ operands }, { axis }, { model, values }) =>
    model.op('Concat', operands, { axis: axisOf(axis, values.operands[0].shape) }),
  Pack: ({ operands }, attributes, { lowering, model, results: { shape } }) => {
    const axis = axisOf(attributes.axis, shape);
    const parts = operands.map((name) => lowering.reshape(name, shape.with(axis, 1)));
    return model.op('Concat', parts, { axis });
  },
  Unpack: ({ value }, { axis }, context) => {
    const { values, results } = context;
    return split(
      value,
      axisOf(axis, values.value.shape),
      results.map(() => 1),
      results,
      context,
    );
  },
  SplitV: ({ x }, attributes, context) => {
    const { axis, sizes } = splitOf(context.values.x.shape, attributes);
    return split(x, axis, sizes, context.results, context);
  },

  GatherV2: gather,
  /** Indices out of range give rows of the off value, as in tfjs. */
  OneHot: ({ indices }, { depth, dtype = 'float32', onValue, offValue }, { lowering, model, values }) => {
    const wanted = lowering.reshape(indices, [...values.indices.shape, 1]);
    const isOn = model.op('Equal', [wanted, lowering.range(depth, [depth])]);
    return model.op('Where', [isOn, lowering.number(onValue, dtype), lowering.number(offValue, dtype)]);
  },

  BatchMatMul: matMul,
  Einsum: ({ operands }, { equation }, { model }) => model.op('Einsum', operands, { equation }),
});

export const SHAPES = { ...PLAIN, BroadcastTo: broadcastTo, PadV2: pad, Slice: slice } satisfies KernelTable;
