/** Kernels that move, repeat, join or pick values, and matrix products. */
import {
  axesOf,
  segmentsOf,
  sliceOf,
  stridedSliceOf,
  type SliceAttributes,
  type StridedSliceAttributes,
} from '../../graph/attributes.ts';
import type { DType } from '../../host-tensor.ts';
import { attribute } from '../graph-def.ts';
import { int32, setAll, single, type KernelTable, type LowerKernel } from './kernel.ts';

/** An operation whose second input is a list of integers. */
const withIntegers = (
  name: string,
  typeName: string,
  integersOf: (node: Parameters<LowerKernel>[1]) => readonly number[],
): LowerKernel =>
  single(({ lowering, node, inputs: [x], type }) =>
    lowering.op(name, [x!, lowering.graph.integers(integersOf(node))], { T: attribute.type(type), [typeName]: int32 }),
  );

const reshaped: LowerKernel = single(({ lowering, node, inputs: [x], type }) =>
  lowering.reshape(x!, type, node.outputs[0]!.shape),
);

const paddings = (pairs: readonly (readonly number[])[]): { shape: number[]; data: Int32Array } => ({
  shape: [pairs.length, 2],
  data: Int32Array.from(pairs.flat()),
});

const pad: LowerKernel = single(({ lowering, node, inputs: [x], type }) => {
  const { shape, data } = paddings(node.attributes.paddings as number[][]);
  const fill = lowering.number((node.attributes.constantValue as number | undefined) ?? 0, type);
  return lowering.op('PadV2', [x!, lowering.graph.constant('int32', shape, data), fill], {
    T: attribute.type(type),
    Tpaddings: int32,
  });
});

const mirrorPad: LowerKernel = single(({ lowering, node, inputs: [x], type }) => {
  const { shape, data } = paddings(node.attributes.paddings as number[][]);
  const mode = attribute.text((node.attributes.mode as string).toUpperCase());
  return lowering.op('MirrorPad', [x!, lowering.graph.constant('int32', shape, data)], {
    T: attribute.type(type),
    Tpaddings: int32,
    mode,
  });
});

const slice: LowerKernel = single(({ lowering, node, inputs: [x], type }) => {
  const { begin, size } = sliceOf(node.inputs[0]!.shape, node.attributes as unknown as SliceAttributes);
  return lowering.op('Slice', [x!, lowering.graph.integers(begin), lowering.graph.integers(size)], {
    T: attribute.type(type),
    Index: int32,
  });
});

const stridedSlice: LowerKernel = single(({ lowering, node, inputs: [x], type }) => {
  const { graph } = lowering;
  const { begin, end, strides } = stridedSliceOf(
    node.inputs[0]!.shape,
    node.attributes as unknown as StridedSliceAttributes,
  );
  // Going backwards past the first element ends at -1, which would be read as the last one: such an end is masked.
  const endMask = end.reduce((mask, at, i) => (strides[i]! < 0 && at < 0 ? mask | (1 << i) : mask), 0);
  const part = lowering.op('StridedSlice', [x!, graph.integers(begin), graph.integers(end), graph.integers(strides)], {
    T: attribute.type(type),
    Index: int32,
    end_mask: attribute.integer(endMask),
  });
  return lowering.reshape(part, type, node.outputs[0]!.shape);
});

const concat: LowerKernel = single(({ lowering, node, inputs, type }) => {
  const axis = lowering.graph.integer(axesOf(node.attributes, node.inputs[0]!.shape)[0]!);
  return lowering.op('ConcatV2', [...inputs, axis], {
    T: attribute.type(type),
    Tidx: int32,
    N: attribute.integer(inputs.length),
  });
});

const pack: LowerKernel = single(({ lowering, node, inputs, type }) =>
  lowering.op('Pack', inputs, {
    T: attribute.type(type),
    N: attribute.integer(inputs.length),
    axis: attribute.integer(node.attributes.axis as number),
  }),
);

const unpack: LowerKernel = (lowering, node) => {
  const axis = attribute.integer(axesOf(node.attributes, node.inputs[0]!.shape)[0]!);
  setAll(
    lowering,
    node,
    lowering.op('Unpack', lowering.inputsOf(node), {
      T: attribute.type(lowering.typeOf(node)),
      num: attribute.integer(node.outputs.length),
      axis,
    }),
  );
};

const splitV: LowerKernel = (lowering, node) => {
  const { axis, sizes } = segmentsOf(node.inputs[0]!.shape, node.attributes);
  const inputs = [...lowering.inputsOf(node), lowering.graph.integers(sizes), lowering.graph.integer(axis)];
  setAll(
    lowering,
    node,
    lowering.op('SplitV', inputs, {
      T: attribute.type(lowering.typeOf(node)),
      Tlen: int32,
      num_split: attribute.integer(sizes.length),
    }),
  );
};

const gather: LowerKernel = single(({ lowering, node, inputs, type }) => {
  const axis = lowering.graph.integer(axesOf({ axis: node.attributes.axis }, node.inputs[0]!.shape)[0]!);
  const batchDims = attribute.integer((node.attributes.batchDims as number | undefined) ?? 0);
  return lowering.op('GatherV2', [...inputs, axis], {
    Tparams: attribute.type(type),
    Tindices: attribute.type(lowering.typeOf(node, 1)),
    Taxis: int32,
    batch_dims: batchDims,
  });
});

const oneHot: LowerKernel = single(({ lowering, node, inputs: [indices], type }) => {
  const {
    depth,
    dtype = 'float32',
    onValue,
    offValue,
  } = node.attributes as { depth: number; dtype?: DType; onValue: number; offValue: number };
  const values = [lowering.graph.integer(depth), lowering.number(onValue, dtype), lowering.number(offValue, dtype)];
  return lowering.op('OneHot', [indices!, ...values], {
    T: attribute.type(dtype),
    TI: attribute.type(type),
    axis: attribute.integer(-1),
  });
});

const matMul: LowerKernel = single(({ lowering, node, inputs, type }) => {
  const { transposeA = false, transposeB = false } = node.attributes as { transposeA?: boolean; transposeB?: boolean };
  const [a, b] = [attribute.truth(transposeA), attribute.truth(transposeB)];
  const T = attribute.type(type);
  const areMatrices = node.inputs.every(({ shape }) => shape.length === 2);
  return areMatrices
    ? lowering.op('MatMul', inputs, { T, transpose_a: a, transpose_b: b })
    : lowering.op('BatchMatMulV2', inputs, { T, adj_x: a, adj_y: b });
});

const einsum: LowerKernel = single(({ lowering, node, inputs, type }) =>
  lowering.op('Einsum', inputs, {
    T: attribute.type(type),
    N: attribute.integer(inputs.length),
    equation: attribute.text((node.attributes.equation as string).replace(/\s/g, '')),
  }),
);

export const SHAPES: KernelTable = {
  Reshape: reshaped,
  ExpandDims: reshaped,
  BroadcastTo: withIntegers('BroadcastTo', 'Tidx', ({ outputs }) => outputs[0]!.shape),
  Transpose: withIntegers('Transpose', 'Tperm', ({ attributes }) => attributes.perm as number[]),
  Tile: withIntegers('Tile', 'Tmultiples', ({ attributes }) => attributes.reps as number[]),
  Reverse: withIntegers('ReverseV2', 'Tidx', ({ attributes, inputs }) =>
    axesOf({ axis: attributes.dims }, inputs[0]!.shape),
  ),
  PadV2: pad,
  MirrorPad: mirrorPad,
  Slice: slice,
  StridedSlice: stridedSlice,
  Concat: concat,
  Pack: pack,
  Unpack: unpack,
  SplitV: splitV,
  GatherV2: gather,
  OneHot: oneHot,
  BatchMatMul: matMul,
  Einsum: einsum,
};
