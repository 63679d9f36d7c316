/** Kernels that reduce axes, or run along one. */
import { axesOf, type ReductionAttributes } from '../../graph/attributes.ts';
import { attribute, output, type Attributes, type Edge, type TfType } from '../graph-def.ts';
import { int32Type, operation, type Context, type KernelTable } from './kernel.ts';

interface Operand {
  readonly x: Edge;
}

/** @param types the attributes of the operation that name types */
const reduction =
  (name: string, types: (type: TfType) => Attributes) =>
  ({ x }: Operand, attributes: ReductionAttributes, { lowering, values, type }: Context<'Sum'>): Edge => {
    const axes = lowering.graph.integers(axesOf(attributes, values.x.shape));
    const keepDims = attribute.truth(attributes.keepDims === true);
    return lowering.op(name, [x, axes], { ...types(type), Tidx: int32Type, keep_dims: keepDims });
  };

const ofNumbers = (name: string) => reduction(name, (type) => ({ T: attribute.type(type) }));
const ofTruths = (name: string) => reduction(name, () => ({}));

const argument =
  (name: string) =>
  ({ x }: Operand, attributes: ReductionAttributes, { lowering, values, type }: Context<'ArgMax'>): Edge => {
    const [axis = 0] = axesOf(attributes, values.x.shape);
    const types = { T: attribute.type(type), Tidx: int32Type, output_type: int32Type };
    return lowering.op(name, [x, lowering.graph.integer(axis)], types);
  };

const cumulative =
  (name: string) =>
  (
    { x }: Operand,
    { axis, exclusive = false, reverse = false }: { axis: number; exclusive?: boolean; reverse?: boolean },
    { lowering, type }: Context<'Cumsum'>,
  ): Edge =>
    lowering.op(name, [x, lowering.graph.integer(axis)], {
      T: attribute.type(type),
      Tidx: int32Type,
      exclusive: attribute.truth(exclusive),
      reverse: attribute.truth(reverse),
    });

export const REDUCTIONS = {
  Sum: ofNumbers('Sum'),
  Prod: ofNumbers('Prod'),
  Max: ofNumbers('Max'),
  Min: ofNumbers('Min'),
  All: ofTruths('All'),
  Any: ofTruths('Any'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Cumsum: cumulative('Cumsum'),
  Cumprod: cumulative('Cumprod'),
  Softmax: operation('Softmax'),

  /** A mean is a float, also of integers. */
  Mean: ({ x }, attributes, context) =>
    ofNumbers('Mean')({ x: context.lowering.cast(x, context.type, 'float32') }, attributes, {
      ...context,
      type: 'float32',
    }),

  TopK: ({ x }, { k }, { lowering, type }) => {
    const types = { T: attribute.type(type), sorted: attribute.truth(true) };
    const found = lowering.op('TopKV2', [x, lowering.graph.integer(k)], types);
    return { values: found, indices: output(found, 1) };
  },

  /** TensorFlow ignores negative ids, but not those that are too large. */
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }, { lowering, type }) => {
    const count = lowering.graph.integer(numSegments);
    const isKnown = lowering.op('Less', [segmentIds, count], { T: int32Type });
    const known = lowering.op('SelectV2', [isKnown, segmentIds, lowering.graph.integer(-1)], { T: int32Type });
    return lowering.op('UnsortedSegmentSum', [x, known, count], {
      T: attribute.type(type),
      Tindices: int32Type,
      Tnumsegments: int32Type,
    });
  },
} satisfies KernelTable;
