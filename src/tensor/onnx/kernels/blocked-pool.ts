/** Max pools on blocked images: along rows, then along columns, which makes the gradient two passes without indices. */
import type { Window } from '../../graph/attributes.ts';
import type { Value } from '../../graph/node.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';

/** Returns true if the images are blocked. */
export function blockedMaxPool(
  lowering: Lowering,
  { x, y }: { readonly x: Value; readonly y: Value },
  window: Window,
): boolean {
  if (lowering.layout(x) !== 'blocked') return false;
  lowering.set(y, 'blocked', pooled(lowering, x, window).both);
  return true;
}

/** Equal operators are one operator: the gradient finds the pool's results. */
function pooled(lowering: Lowering, x: Value, window: Window): { alongRows: Name; both: Name } {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = window;
  const pool = (name: Name, kernel: number[], strides: number[], pads: number[]): Name =>
    lowering.model.op('MaxPool', [name], { kernel_shape: kernel, strides, pads }, 'com.microsoft.nchwc');
  const alongRows = pool(
    lowering.get(x, 'blocked'),
    [1, filterWidth],
    [1, strideWidth],
    [0, padInfo.left, 0, padInfo.right],
  );
  return {
    alongRows,
    both: pool(alongRows, [filterHeight, 1], [strideHeight, 1], [padInfo.top, 0, padInfo.bottom, 0]),
  };
}

export function blockedMaxPoolGradient(
  lowering: Lowering,
  { dy, x, dx }: { readonly dy: Value; readonly x: Value; readonly dx: Value },
  window: Window,
): boolean {
  const {
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    padInfo,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    inChannels,
    batchSize,
  } = window;
  const known =
    filterHeight === filterWidth &&
    (filterHeight === 2 || filterHeight === 3) &&
    strideHeight === 2 &&
    strideWidth === 2;
  if (lowering.layout(x) !== 'blocked' || lowering.layout(dy) !== 'blocked' || !known) return false;
  const block = lowering.blockSize;
  const outer = (batchSize * inChannels) / block;
  const { alongRows, both } = pooled(lowering, x, window);
  const columns = {
    outer,
    length: inHeight,
    pools: outHeight,
    pad: padInfo.top,
    inner: outWidth * block,
    kernel: filterHeight,
  };
  const rows = {
    outer: outer * inHeight,
    length: inWidth,
    pools: outWidth,
    pad: padInfo.left,
    inner: block,
    kernel: filterWidth,
  };
  const between = alongAxis(lowering, { dy: lowering.get(dy, 'blocked'), y: both, x: alongRows }, columns);
  const gradient = alongAxis(lowering, { dy: between, y: alongRows, x: lowering.get(x, 'blocked') }, rows);
  lowering.set(dx, 'blocked', lowering.reshape(gradient, lowering.arrangement(x, 'blocked').declared));
  return true;
}

/** Windows of two or three, two apart, along the middle axis of [outer, length, inner]. */
interface Axis {
  readonly outer: number;
  readonly length: number;
  readonly pools: number;
  readonly pad: number;
  readonly inner: number;
  readonly kernel: number;
}

/** Smaller than anything that is pooled. */
const LOWEST = -3e38;

/**
 * Pads x to whole pairs. Window i then holds the even element i, the odd element i and, if it has three, the even
 * element i + 1; dy goes to the first of them that equals the maximum.
 */
function alongAxis(
  lowering: Lowering,
  { dy, y, x }: { dy: Name; y: Name; x: Name },
  { outer, length, pools, pad, inner, kernel }: Axis,
): Name {
  const { model } = lowering;
  const pairs = pools + (kernel === 3 ? 1 : 0);
  const after = 2 * pairs - length - pad;
  const flat = lowering.reshape(x, [outer, length, inner]);
  const padded = after < 0 ? crop(lowering, flat, 0, length + after) : flat;
  const whole = model.op('Pad', [padded, model.integers([0, pad, 0, 0, Math.max(after, 0), 0]), model.scalar(LOWEST)]);
  const halves = [lowering.reshape(whole, [outer, pairs, 2, inner]), model.integers([1, 1])];
  const [even, odd] = model.ops('Split', halves, { axis: 2 }, 2);
  const [evens, odds] = [lowering.reshape(even, [outer, pairs, inner]), lowering.reshape(odd, [outer, pairs, inner])];
  const [gradient, maximum] = [lowering.reshape(dy, [outer, pools, inner]), lowering.reshape(y, [outer, pools, inner])];
  const share = (rest: Name, candidate: Name): Name =>
    model.op('Mul', [rest, isMaximum(lowering, crop(lowering, candidate, 0, pools, pairs), maximum)]);
  const first = share(gradient, evens);
  const rest = model.op('Sub', [gradient, first]);
  let [toEvens, toOdds] = [first, rest];
  if (kernel === 3) {
    toOdds = share(rest, odds);
    const third = model.op('Sub', [rest, toOdds]);
    toEvens = model.op('Add', [extend(lowering, first, 0, 1), extend(lowering, third, 1, 0)]);
    toOdds = extend(lowering, toOdds, 0, 1);
  }
  const parts = [toEvens, toOdds].map((part) => lowering.reshape(part, [outer, pairs, 1, inner]));
  const joined = lowering.reshape(model.op('Concat', parts, { axis: 2 }), [outer, 2 * pairs, inner]);
  const own = crop(lowering, joined, pad, pad + Math.min(length, 2 * pairs - pad), 2 * pairs);
  return after < 0 ? extend(lowering, own, 0, -after) : own;
}

/**
 * 1 if the candidate is the maximum (it is never above), else 0. A steep ramp is used, because comparisons are slow.
 */
const isMaximum = ({ model }: Lowering, candidate: Name, maximum: Name): Name =>
  model.op('HardSigmoid', [model.op('Sub', [candidate, maximum])], { alpha: { real: 1e38 }, beta: { real: 1 } });

/** Elements `from` to `to` of the middle axis, of `of`. */
function crop({ model }: Lowering, name: Name, from: number, to: number, of?: number): Name {
  if (from === 0 && to === of) return name;
  return model.op('Slice', [name, model.integers([from]), model.integers([to]), model.integers([1])]);
}

const extend = ({ model }: Lowering, name: Name, before: number, after: number): Name =>
  model.op('Pad', [name, model.integers([0, before, 0, 0, after, 0])]);
