/** Kernels that move, repeat, join or pick values. */
import {
  axesOf,
  splitOf,
  sliceOf,
  stridedSliceOf,
  type SliceAttributes,
  type SplitAttributes,
  type StridedSliceAttributes,
} from '../../graph/attributes.ts';
import { mirroredIndices, type MirrorPadAttributes } from '../../graph/mirror.ts';
import type { Node, Value } from '../../graph/node.ts';
import { sizeOf, type DType } from '../../host-tensor.ts';
import { expandedShape } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import { plainly, type KernelTable, type LowerKernel } from './kernel.ts';

const reshaped: LowerKernel = plainly((lowering, [x], _, result) => lowering.reshape(x!, result.shape));

/** Repeats axes of length 1, in the layout of the result. */
function broadcastTo(lowering: Lowering, node: Node): void {
  const { model } = lowering;
  const [x] = node.inputs as [Value];
  const result = node.outputs[0]!;
  const layout = lowering.layout(result);
  if (layout === 'plain') {
    lowering.set(result, layout, model.op('Expand', [lowering.get(x), model.integers(result.shape)]));
    return;
  }
  const arrangement = lowering.arrangement(result, layout);
  const wide = model.op('Expand', [
    lowering.alignedWith(x, result, layout),
    model.integers(expandedShape(arrangement)),
  ]);
  lowering.set(result, layout, lowering.reshape(wide, arrangement.declared));
}

/** Padding of height and width works on images of any layout; other padding on plain values. */
function pad(lowering: Lowering, node: Node): void {
  const { model } = lowering;
  const [x] = node.inputs as [Value];
  const result = node.outputs[0]!;
  const { paddings, constantValue } = node.attributes as { paddings: [number, number][]; constantValue?: number };
  const layout = lowering.layout(result);
  const isImage = layout === 'channels-first' || layout === 'blocked';
  const fill = lowering.number(constantValue ?? 0, x.dtype);
  if (!isImage || paddings[3]!.some((side) => side !== 0)) {
    const pads = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
    lowering.set(result, 'plain', model.op('Pad', [lowering.get(x), model.integers(pads), fill]));
    return;
  }
  const arrangement = lowering.arrangement(x, layout);
  const of = (which: 0 | 1): number[] => arrangement.permutation.map((axis) => paddings[axis]?.[which] ?? 0);
  const wide = model.op('Pad', [
    lowering.reshape(lowering.get(x, layout), expandedShape(arrangement)),
    model.integers([...of(0), ...of(1)]),
    fill,
  ]);
  lowering.set(result, layout, lowering.reshape(wide, lowering.arrangement(result, layout).declared));
}

/** Reflected and symmetric padding as a gathering of rows, axis by axis. */
const mirrorPad: LowerKernel = plainly(({ model }, [x], { inputs, attributes }) =>
  mirroredIndices(inputs[0]!.shape, attributes as unknown as MirrorPadAttributes).reduce(
    (name, places, axis) => (places === null ? name : model.op('Gather', [name, model.integers(places)], { axis })),
    x!,
  ),
);

function slice(
  { model }: Lowering,
  x: Name,
  begin: readonly number[],
  end: readonly number[],
  steps: readonly number[],
): Name {
  const axes = begin.map((_, i) => i);
  return model.op('Slice', [
    x,
    model.integers(begin),
    model.integers(end),
    model.integers(axes),
    model.integers(steps),
  ]);
}

/** Slices of images keep their layout while they take all channels: the gradients of padding. */
function sliced(lowering: Lowering, node: Node): void {
  const [x] = node.inputs as [Value];
  const result = node.outputs[0]!;
  const { begin, size } = sliceOf(x.shape, node.attributes as unknown as SliceAttributes);
  const layout = lowering.layout(x);
  const isImage = layout === 'channels-first' || layout === 'blocked';
  if (!isImage || x.shape[3] !== result.shape[3]) {
    const name =
      x.shape.length === 0
        ? lowering.get(x)
        : slice(
            lowering,
            lowering.get(x),
            begin,
            begin.map((at, i) => at + size[i]!),
            begin.map(() => 1),
          );
    lowering.set(result, 'plain', name);
    return;
  }
  const arrangement = lowering.arrangement(x, layout);
  const sides = arrangement.permutation.map((axis) =>
    axis < 3 ? { from: begin[axis]!, to: begin[axis]! + size[axis]! } : { from: 0, to: arrangement.split[axis]! },
  );
  const part = slice(
    lowering,
    lowering.reshape(lowering.get(x, layout), expandedShape(arrangement)),
    sides.map(({ from }) => from),
    sides.map(({ to }) => to),
    sides.map(() => 1),
  );
  lowering.set(result, layout, lowering.reshape(part, lowering.arrangement(result, layout).declared));
}

const stridedSlice: LowerKernel = plainly((lowering, [x], { inputs, attributes }, result) => {
  const { begin, end, strides } = stridedSliceOf(inputs[0]!.shape, attributes as unknown as StridedSliceAttributes);
  // Going backwards past the first element ends at -1, which ONNX reads as the last one.
  const ends = end.map((at, i) => (strides[i]! < 0 && at < 0 ? -inputs[0]!.shape[i]! - 1 : at));
  return lowering.reshape(slice(lowering, x!, begin, ends, strides), result.shape);
});

const reverse: LowerKernel = plainly(({ model }, [x], { inputs, attributes }) => {
  const axes = axesOf({ axis: attributes.dims as number }, inputs[0]!.shape);
  if (axes.length === 0) return x!;
  const all = (value: number): Name => model.integers(axes.map(() => value));
  return model.op('Slice', [x!, all(-1), all(-(2 ** 31)), model.integers(axes), all(-1)]);
});

function unpack(lowering: Lowering, node: Node): void {
  const axis = axesOf(node.attributes, node.inputs[0]!.shape)[0]!;
  split(
    lowering,
    node,
    axis,
    node.outputs.map(() => 1),
  );
}

function splitV(lowering: Lowering, node: Node): void {
  const { axis, sizes } = splitOf(node.inputs[0]!.shape, node.attributes as unknown as SplitAttributes);
  split(lowering, node, axis, sizes);
}

function split(lowering: Lowering, { inputs, outputs }: Node, axis: number, sizes: readonly number[]): void {
  const { model } = lowering;
  const x = lowering.get(inputs[0]!);
  const parts = sizes.length === 1 ? [x] : model.ops('Split', [x, model.integers(sizes)], { axis }, sizes.length);
  outputs.forEach((output, i) => {
    lowering.set(output, 'plain', lowering.reshape(parts[i]!, output.shape));
  });
}

const pack: LowerKernel = plainly((lowering, names, { attributes }, result) => {
  const axis = attributes.axis as number;
  const at = axis < 0 ? axis + result.shape.length : axis;
  const parts = names.map((name) =>
    lowering.reshape(
      name,
      result.shape.map((side, i) => (i === at ? 1 : side)),
    ),
  );
  return lowering.model.op('Concat', parts, { axis: at });
});

const gather: LowerKernel = plainly((lowering, [x, indices], { inputs, attributes }, result) => {
  const { model } = lowering;
  const [values, at] = inputs as [Value, Value];
  const axis = axesOf({ axis: attributes.axis as number }, values.shape)[0]!;
  const batchDims = (attributes.batchDims as number | undefined) ?? 0;
  if (batchDims === 0) return model.op('Gather', [x!, indices!], { axis });
  // Every batch has rows of its own: number them through, and gather from all.
  const batches = sizeOf(values.shape.slice(0, batchDims));
  const outer = sizeOf(values.shape.slice(batchDims, axis));
  const length = values.shape[axis]!;
  const inner = sizeOf(values.shape.slice(axis + 1));
  const picked = sizeOf(at.shape.slice(batchDims));
  const rows = lowering.reshape(
    lowering.transpose(
      lowering.reshape(x!, [batches, outer, length, inner]),
      outer === 1 ? [0, 1, 2, 3] : [0, 2, 1, 3],
    ),
    [batches * length, outer * inner],
  );
  const offsets = model.constant(
    'int32',
    [batches, 1],
    Int32Array.from({ length: batches }, (_, i) => i * length),
  );
  const numbers = model.op('Add', [lowering.reshape(indices!, [batches, picked]), offsets]);
  const found = lowering.reshape(model.op('Gather', [rows, numbers], { axis: 0 }), [batches, picked, outer, inner]);
  return lowering.reshape(lowering.transpose(found, outer === 1 ? [0, 1, 2, 3] : [0, 2, 1, 3]), result.shape);
});

/** Indices out of range give rows of the off value, as in tfjs. */
const oneHot: LowerKernel = plainly((lowering, [indices], { inputs, attributes }) => {
  const {
    depth,
    dtype = 'float32',
    onValue,
    offValue,
  } = attributes as { depth: number; dtype?: DType; onValue: number; offValue: number };
  const { model } = lowering;
  const numbers = model.constant(
    'int32',
    [depth],
    Int32Array.from({ length: depth }, (_, i) => i),
  );
  const isOn = model.op('Equal', [lowering.reshape(indices!, [...inputs[0]!.shape, 1]), numbers]);
  return model.op('Where', [isOn, lowering.number(onValue, dtype), lowering.number(offValue, dtype)]);
});

function matMul(lowering: Lowering, [a, b]: Name[], { inputs, attributes }: Node): Name {
  const { model } = lowering;
  const [left, right] = inputs as [Value, Value];
  const { transposeA = false, transposeB = false } = attributes as { transposeA?: boolean; transposeB?: boolean };
  if (left.dtype === 'float32' && left.shape.length === 2 && right.shape.length === 2)
    return model.op('Gemm', [a!, b!], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 });
  if (left.dtype === 'float32' && (transposeA || transposeB))
    return model.op(
      'FusedMatMul',
      [a!, b!],
      { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
      'com.microsoft',
    );
  const swapped = (name: Name, rank: number): Name =>
    lowering.transpose(name, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
  return model.op('MatMul', [
    transposeA ? swapped(a!, left.shape.length) : a!,
    transposeB ? swapped(b!, right.shape.length) : b!,
  ]);
}

export const SHAPES: KernelTable = {
  Reshape: reshaped,
  ExpandDims: reshaped,
  BroadcastTo: broadcastTo,
  Transpose: plainly((lowering, [x], { attributes }) => lowering.transpose(x!, attributes.perm as number[])),
  Tile: plainly(({ model }, [x], { attributes }) =>
    model.op('Tile', [x!, model.integers(attributes.reps as number[])]),
  ),
  PadV2: pad,
  MirrorPad: mirrorPad,
  Slice: sliced,
  StridedSlice: stridedSlice,
  Reverse: reverse,
  Concat: plainly(({ model }, names, { inputs, attributes }) =>
    model.op('Concat', names, { axis: axesOf(attributes, inputs[0]!.shape)[0]! }),
  ),
  Pack: pack,
  Unpack: unpack,
  SplitV: splitV,
  GatherV2: gather,
  OneHot: oneHot,
  BatchMatMul: plainly(matMul),
  Einsum: plainly(({ model }, names, { attributes }) =>
    model.op('Einsum', names, { equation: attributes.equation as string }),
  ),
};
