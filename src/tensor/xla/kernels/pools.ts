/** Pools and their gradients. */
import { poolOf, type PoolAttributes, type Window } from '../../graph/attributes.ts';
import type { Value } from '../../graph/node.ts';
import { imageSides, sideAt } from '../../graph/sides.ts';
import type { HloValue } from '../hlo/module.ts';
import type { HloContext, HloKernelTable } from './kernel.ts';
import { reduceWindow } from './reductions.ts';

type Pair = readonly [number, number];
type Context = HloContext<Value>;

function poolWindow({ filterHeight, filterWidth, strideHeight, strideWidth, padInfo }: Window) {
  const padding: readonly Pair[] = [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ];
  return { sides: [1, filterHeight, filterWidth, 1], strides: [1, strideHeight, strideWidth, 1], padding };
}

/** The mean of what lies inside of the image. */
function averagePool(
  { x }: { readonly x: HloValue },
  attributes: PoolAttributes,
  { lowering, results: { shape } }: Context,
): HloValue {
  const window = poolWindow(poolOf(x.shape, attributes));
  const sumOf = (summed: HloValue): HloValue => reduceWindow(lowering, 'add', { x: summed, start: 0, shape }, window);
  return lowering.op('divide', [sumOf(x), sumOf(lowering.fill(1, x))]);
}

/** Spreads dy evenly over its window. As tfjs, over the whole window even where that lies partly outside. */
function averagePoolGradient(
  { dy, input }: { readonly dy: HloValue; readonly input: HloValue },
  attributes: PoolAttributes,
  { lowering, results: { shape } }: Context,
): HloValue {
  const pool = poolOf(input.shape, attributes);
  const { sides, strides, padding } = poolWindow(pool);
  const around = padding.map(([before], i): Pair => {
    const last = (sideAt(dy.shape, i) - 1) * sideAt(strides, i);
    return [sideAt(sides, i) - 1 - before, sideAt(shape, i) + before - 1 - last];
  });
  const sum = reduceWindow(lowering, 'add', { x: dy, start: 0, shape }, { sides, spread: strides, padding: around });
  return lowering.op('divide', [sum, lowering.fill(pool.filterHeight * pool.filterWidth, sum)]);
}

/**
 * Tap by tap: the element under a tap takes dy if it is the greatest of its window and no earlier tap took it. XLA's
 * own gradient (select_and_scatter) adds in an order that no run on a GPU repeats.
 */
function maxPoolGradient(
  { dy, input, output }: { readonly dy: HloValue; readonly input: HloValue; readonly output: HloValue },
  attributes: PoolAttributes,
  { lowering: l, results: { shape } }: Context,
): HloValue {
  const { sides, strides, padding } = poolWindow(poolOf(input.shape, attributes));
  const { height: rows, width: columns } = imageSides(sides);
  const padded = l.pad(input, -Infinity, padding);
  const none = l.fill(0, dy);
  const gaps = strides.map((stride) => stride - 1);
  let free: HloValue | undefined;
  let sum: HloValue | undefined;
  for (const tap of tapsOf(rows, columns)) {
    const isGreatest = l.compare('EQ', l.slice(padded, tap, dy.shape, strides), output);
    const takes = free === undefined ? isGreatest : l.op('and', [isGreatest, free]);
    const isFree = l.op('not', [isGreatest]);
    free = free === undefined ? isFree : l.op('and', [free, isFree]);
    const around = tap.map((from, i): Pair => {
      const spread = (sideAt(dy.shape, i) - 1) * sideAt(strides, i) + 1;
      return [from, sideAt(padded.shape, i) - from - spread];
    });
    const term = l.pad(l.select(takes, dy, none), 0, around, gaps);
    sum = sum === undefined ? term : l.op('add', [sum, term]);
  }
  if (sum === undefined) throw new Error('Internal error: a pool without a window.');
  return l.slice(
    sum,
    padding.map(([before]) => before),
    shape,
  );
}

/** The position of each tap of a window, row by row. */
const tapsOf = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows * columns }, (_, i) => [0, Math.floor(i / columns), i % columns, 0]);

export const HLO_POOLS = {
  MaxPool: ({ x }, attributes, { lowering, results: { shape } }) =>
    reduceWindow(lowering, 'maximum', { x, start: -Infinity, shape }, poolWindow(poolOf(x.shape, attributes))),
  MaxPoolGrad: maxPoolGradient,
  AvgPool: averagePool,
  AvgPoolGrad: averagePoolGradient,
} satisfies HloKernelTable;
