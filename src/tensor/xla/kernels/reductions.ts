/** Kernels that reduce axes, or run along one. */
import { axesOf, axisOf, type ReductionAttributes } from '../../graph/attributes.ts';
import type { Value } from '../../graph/node.ts';
import type { ComputeType } from '../../graph/precision.ts';
import { sideAt } from '../../graph/sides.ts';
import type { HloLowering } from '../hlo/lowering.ts';
import { hlo, type HloValue } from '../hlo/module.ts';
import type { HloContext, HloKernelTable } from './kernel.ts';

type Extremes = Readonly<Record<ComputeType, number>>;
const LOWEST: Extremes = { float32: -Infinity, bfloat16: -Infinity, int32: -(2 ** 31), uint8: 0, bool: 0 };
const HIGHEST: Extremes = { float32: Infinity, bfloat16: Infinity, int32: 2 ** 31 - 1, uint8: 255, bool: 1 };

interface Operand {
  readonly x: HloValue;
}
type Context = HloContext<Value>;

const reduction =
  (operation: string, startOf: (x: HloValue) => number) =>
  ({ x }: Operand, attributes: ReductionAttributes, { lowering, results }: Context): HloValue =>
    lowering.reshape(lowering.reduce(operation, x, axesOf(attributes, x.shape), startOf(x)), results.shape);

/** A mean is a float, whatever it is a mean of. */
function mean({ x }: Operand, attributes: ReductionAttributes, { lowering, results }: Context): HloValue {
  const axes = axesOf(attributes, x.shape);
  const count = axes.reduce((product, axis) => product * sideAt(x.shape, axis), 1);
  const sum = lowering.reshape(lowering.reduce('add', lowering.cast(x, 'float32'), axes, 0), results.shape);
  return lowering.op('divide', [sum, lowering.fill(count, sum)]);
}

/** The index of the first of the greatest, or of the least. */
const argument =
  (operation: 'maximum' | 'minimum') =>
  ({ x }: Operand, attributes: ReductionAttributes, { lowering, results }: Context): HloValue => {
    const [axis = 0] = axesOf(attributes, x.shape);
    const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
    const best = lowering.reduce(operation, x, [axis], (operation === 'maximum' ? LOWEST : HIGHEST)[x.type]);
    const isBest = lowering.compare('EQ', x, lowering.along(best, x.shape, others));
    const indices = lowering.iota(x.shape, axis);
    const candidates = lowering.select(isBest, indices, lowering.fill(sideAt(x.shape, axis), indices));
    return lowering.reshape(lowering.reduce('minimum', candidates, [axis], HIGHEST.int32), results.shape);
  };

interface SlidingWindow {
  readonly sides: readonly number[];
  readonly strides?: readonly number[];
  /** Distances between neighbors of the input, along each axis; all 1 where they are left out. */
  readonly spread?: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
}

/** Reduces what lies under a window, wherever it stands. */
export function reduceWindow(
  lowering: HloLowering,
  operation: string,
  { x, start, shape }: { readonly x: HloValue; readonly start: number; readonly shape: readonly number[] },
  { sides, strides = sides.map(() => 1), spread = sides.map(() => 1), padding }: SlidingWindow,
): HloValue {
  return lowering.op('reduce_window', [x, lowering.number(start, x.type)], {
    shape,
    type: x.type,
    attributes: {
      window_dimensions: hlo.integers(sides),
      window_strides: hlo.integers(strides),
      base_dilations: hlo.integers(spread),
      window_dilations: hlo.integers(sides.map(() => 1)),
      padding: hlo.pairs(padding),
    },
    region: lowering.module.combiner(operation, x.type),
  });
}

/** A window over everything up to each element; exclusive: over one element more of padding, and without the last. */
const cumulative =
  (operation: 'add' | 'multiply', start: number) =>
  (
    { x }: Operand,
    { axis: named, exclusive = false, reverse = false }: { axis: number; exclusive?: boolean; reverse?: boolean },
    { lowering }: Context,
  ): HloValue => {
    const axis = axisOf(named, x.shape);
    const side = sideAt(x.shape, axis);
    const along = <T>(there: T, elsewhere: T): T[] => x.shape.map((_, i) => (i === axis ? there : elsewhere));
    const longer = exclusive ? side + 1 : side;
    const padding: readonly [number, number] = reverse ? [0, longer - 1] : [longer - 1, 0];
    const shape = x.shape.map((own, i) => (i === axis ? longer : own));
    const window = { sides: along(side, 1), padding: along(padding, [0, 0] as const) };
    const all = reduceWindow(lowering, operation, { x, start, shape }, window);
    return exclusive ? lowering.slice(all, along(reverse ? 1 : 0, 0), x.shape) : all;
  };

function softmax({ logits }: { readonly logits: HloValue }, _: unknown, { lowering }: Context): HloValue {
  const { shape } = logits;
  const last = shape.length - 1;
  const leading = shape.slice(0, -1).map((__, i) => i);
  const spread = (value: HloValue): HloValue => lowering.along(value, shape, leading);
  const shifted = lowering.op('subtract', [logits, spread(lowering.reduce('maximum', logits, [last], -Infinity))]);
  const powers = lowering.op('exponential', [shifted]);
  return lowering.op('divide', [powers, spread(lowering.reduce('add', powers, [last], 0))]);
}

/** A scatter, which XLA adds in a fixed order where its results must be repeatable. */
function unsortedSegmentSum(
  { x, segmentIds }: { readonly x: HloValue; readonly segmentIds: HloValue },
  _: unknown,
  { lowering, results }: Context,
): HloValue {
  const { shape } = results;
  const rank = segmentIds.shape.length;
  const windows = shape.slice(1).map((__, i) => i + rank);
  const dimensions = [
    `update_window_dims = [${windows.join(', ')}]`,
    'inserted_window_dims = [0]',
    'scatter_dims_to_operand_dims = [0]',
    `index_vector_dim = ${rank}`,
  ];
  // Ids outside are ignored, here as by tfjs.
  return lowering.op('scatter', [lowering.fill(0, { type: x.type, shape }), segmentIds, x], {
    shape,
    attributes: {
      scatter_dimension_numbers: `#stablehlo.scatter<${dimensions.join(', ')}>`,
      indices_are_sorted: 'false',
      unique_indices: 'false',
    },
    region: lowering.module.combiner('add', x.type),
  });
}

export const HLO_REDUCTIONS = {
  Sum: reduction('add', () => 0),
  Prod: reduction('multiply', () => 1),
  Max: reduction('maximum', ({ type }) => LOWEST[type]),
  Min: reduction('minimum', ({ type }) => HIGHEST[type]),
  All: reduction('and', () => 1),
  Any: reduction('or', () => 0),
  Mean: mean,
  ArgMax: argument('maximum'),
  ArgMin: argument('minimum'),
  Cumsum: cumulative('add', 0),
  Cumprod: cumulative('multiply', 1),
  Softmax: softmax,
  UnsortedSegmentSum: unsortedSegmentSum,

  TopK: ({ x }, { k }, { lowering, results: { values } }) => {
    const specs = [
      { type: x.type, shape: values.shape },
      { type: 'int32', shape: values.shape },
    ] as const;
    const [greatest, indices] = lowering.module.pair('chlo.top_k', [x], { k: hlo.integer(k) }, specs);
    return { values: greatest, indices };
  },
} satisfies HloKernelTable;
