/** Kernels that move, repeat, join or gather values, and matrix products. */
import { axesOf, axisOf, splitOf, sliceOf, stridedSliceOf } from '../../graph/attributes.ts';
import type { Spec } from '../../graph/node.ts';
import type { Lowering } from '../lowering.ts';
import { attribute, type Attribute, type Edge } from '../graph-def.ts';
import { int32Type, outputsOf, type AnyContext, type Context, type KernelTable } from './kernel.ts';

type Pairs = readonly (readonly [number, number])[];

/** Lists of integers are inputs of operations. */
const paddingsOf = ({ graph }: Lowering, pairs: Pairs): Edge =>
  graph.constant('int32', [pairs.length, 2], Int32Array.from(pairs.flat()));

function reshaped(_: unknown, __: unknown, context: AnyContext & { readonly results: Spec }): Edge {
  const { lowering, edges, type, results } = context;
  const [x] = edges;
  if (x === undefined) throw new Error('Internal error: nothing to reshape.');
  return lowering.reshape(x, type, results.shape);
}

/** An operation whose second input is a list of integers. */
function withIntegers(name: string, x: Edge, integers: readonly number[], context: AnyContext, typeName: string): Edge {
  const { lowering, type } = context;
  return lowering.op(name, [x, lowering.graph.integers(integers)], { T: attribute.type(type), [typeName]: int32Type });
}

function stridedSlice(
  { x }: { readonly x: Edge },
  attributes: Parameters<typeof stridedSliceOf>[1],
  { lowering, values, results, type }: Context<'StridedSlice'>,
): Edge {
  const { graph } = lowering;
  const { begin, end, strides } = stridedSliceOf(values.x.shape, attributes);
  // Going backwards past the first element ends at -1, which would be read as the last one: such an end is masked.
  const endMask = strides.reduce((mask, stride, i) => (stride < 0 && (end[i] ?? 0) < 0 ? mask | (1 << i) : mask), 0);
  const part = lowering.op('StridedSlice', [x, graph.integers(begin), graph.integers(end), graph.integers(strides)], {
    T: attribute.type(type),
    Index: int32Type,
    end_mask: attribute.integer(endMask),
  });
  return lowering.reshape(part, type, results.shape);
}

const truth = (value = false): Attribute => attribute.truth(value);

export const SHAPES = {
  Reshape: reshaped,
  ExpandDims: reshaped,
  BroadcastTo: ({ x }, { shape }, context) => withIntegers('BroadcastTo', x, shape, context, 'Tidx'),
  Transpose: ({ x }, { perm }, context) => withIntegers('Transpose', x, perm, context, 'Tperm'),
  Tile: ({ x }, { reps }, context) => withIntegers('Tile', x, reps, context, 'Tmultiples'),
  Reverse: ({ x }, { dims }, context) =>
    withIntegers('ReverseV2', x, axesOf({ axis: dims }, context.values.x.shape), context, 'Tidx'),

  PadV2: ({ x }, { paddings, constantValue = 0 }, { lowering, type }) =>
    lowering.op('PadV2', [x, paddingsOf(lowering, paddings), lowering.number(constantValue, type)], {
      T: attribute.type(type),
      Tpaddings: int32Type,
    }),
  MirrorPad: ({ x }, { paddings, mode }, { lowering, type }) =>
    lowering.op('MirrorPad', [x, paddingsOf(lowering, paddings)], {
      T: attribute.type(type),
      Tpaddings: int32Type,
      mode: attribute.text(mode.toUpperCase()),
    }),

  Slice: ({ x }, attributes, { lowering, values, type }) => {
    const { begin, size } = sliceOf(values.x.shape, attributes);
    return lowering.op('Slice', [x, lowering.graph.integers(begin), lowering.graph.integers(size)], {
      T: attribute.type(type),
      Index: int32Type,
    });
  },
  StridedSlice: stridedSlice,

  Concat: ({ operands }, { axis }, { lowering, values, type }) =>
    lowering.op('ConcatV2', [...operands, lowering.graph.integer(axisOf(axis, values.operands[0].shape))], {
      T: attribute.type(type),
      Tidx: int32Type,
      N: attribute.integer(operands.length),
    }),
  Pack: ({ operands }, { axis }, { lowering, type }) =>
    lowering.op('Pack', operands, {
      T: attribute.type(type),
      N: attribute.integer(operands.length),
      axis: attribute.integer(axis),
    }),
  Unpack: ({ value }, { axis }, { lowering, values, results, type }) => {
    const found = lowering.op('Unpack', [value], {
      T: attribute.type(type),
      num: attribute.integer(results.length),
      axis: attribute.integer(axisOf(axis, values.value.shape)),
    });
    return outputsOf(found, results.length);
  },
  SplitV: ({ x }, attributes, { lowering, values, type }) => {
    const { axis, sizes } = splitOf(values.x.shape, attributes);
    const found = lowering.op('SplitV', [x, lowering.graph.integers(sizes), lowering.graph.integer(axis)], {
      T: attribute.type(type),
      Tlen: int32Type,
      num_split: attribute.integer(sizes.length),
    });
    return outputsOf(found, sizes.length);
  },

  GatherV2: ({ x, indices }, { axis, batchDims = 0 }, { lowering, node, values, type }) =>
    lowering.op('GatherV2', [x, indices, lowering.graph.integer(axisOf(axis, values.x.shape))], {
      Tparams: attribute.type(type),
      Tindices: attribute.type(lowering.typeOf(node, 1)),
      Taxis: int32Type,
      batch_dims: attribute.integer(batchDims),
    }),
  OneHot: ({ indices }, { depth, dtype = 'float32', onValue, offValue }, { lowering, type }) => {
    const numbers = [lowering.graph.integer(depth), lowering.number(onValue, dtype), lowering.number(offValue, dtype)];
    return lowering.op('OneHot', [indices, ...numbers], {
      T: attribute.type(dtype),
      TI: attribute.type(type),
      axis: attribute.integer(-1),
    });
  },

  BatchMatMul: ({ a, b }, { transposeA, transposeB }, { lowering, values, type }) => {
    const T = attribute.type(type);
    const areMatrices = values.a.shape.length === 2 && values.b.shape.length === 2;
    return areMatrices
      ? lowering.op('MatMul', [a, b], { T, transpose_a: truth(transposeA), transpose_b: truth(transposeB) })
      : lowering.op('BatchMatMulV2', [a, b], { T, adj_x: truth(transposeA), adj_y: truth(transposeB) });
  },
  Einsum: ({ operands }, { equation }, { lowering, type }) =>
    lowering.op('Einsum', operands, {
      T: attribute.type(type),
      N: attribute.integer(operands.length),
      equation: attribute.text(equation.replace(/\s/g, '')),
    }),
} satisfies KernelTable;
