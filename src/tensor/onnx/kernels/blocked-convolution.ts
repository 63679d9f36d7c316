/**
 * Convolutions and the gradients of their inputs on ONNX Runtime's blocked operators (domain com.microsoft.nchwc).
 *
 * ONNX Runtime uses these operators for models with constant weights. Written directly, they take weights that change.
 * Each function returns true if the shapes allow it: channels must fill blocks, and dilations must be 1.
 */
import type { Window } from '../../graph/attributes.ts';
import type { Value } from '../../graph/node.ts';
import { filterSides } from '../../graph/sides.ts';
import { sizeOf } from '../../host-tensor.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import type { DeferredConvolution } from '../deferred-convolutions.ts';
import type { Forward, InputGradient } from './convolution-tensors.ts';

export function blockedConvolution(lowering: Lowering, { x, filter, y }: Forward, window: Window): boolean {
  const weights = readyFilter(lowering, filter);
  if (lowering.layout(y) !== 'blocked' || weights === undefined || !isDense(window)) return false;
  const images = window.inChannels < lowering.blockSize ? 'channels-first' : 'blocked';
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = window;
  lowering.defer(y, {
    x: lowering.get(x, images),
    filter: weights,
    attributes: {
      kernel_shape: [filterHeight, filterWidth],
      pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
      strides: [strideHeight, strideWidth],
    },
  });
  return true;
}

export const isDense = ({ dilationHeight, dilationWidth }: Window): boolean =>
  dilationHeight === 1 && dilationWidth === 1;

/** A filter as the operators read it, [out/b, in/b, kh, kw, b in, b out], declared [out, in, kh, kw]. */
function readyFilter(lowering: Lowering, filter: Value): Name | undefined {
  const { height, width, input, output } = filterSides(filter.shape);
  const declared = [output, input, height, width];
  const kept = lowering.layout(filter);
  if (kept === 'filter-of-few') return lowering.get(filter, kept);
  if (kept !== 'filter-by-input' && kept !== 'filter-by-output') return undefined;
  return lowering.reshape(lowering.get(filter, 'filter-by-output'), declared);
}

/**
 * The gradient of the input is a convolution of dy with the filter turned around and its channels swapped. With a
 * stride of 2 there are four, one for each parity of row and column, each with the taps that fall on it.
 */
export function blockedInputGradient(lowering: Lowering, { dy, filter, dx }: InputGradient, window: Window): boolean {
  if (!fitsInputGradient(lowering, { dy, filter, dx }, window)) return false;
  const { strideHeight: stride, filterHeight: kernel, padInfo, inHeight, inWidth, outHeight, outWidth } = window;
  const rows = parities(kernel, stride, padInfo.top, inHeight, outHeight);
  const columns = parities(kernel, stride, padInfo.left, inWidth, outWidth);
  if ([...rows, ...columns].some(({ before, after }) => before < 0 || after < 0)) return false;

  const swapped = swappedFilter(lowering, filter);
  const gradient = lowering.get(dy, 'blocked');
  const parts = rows.map((row) =>
    columns.map((column) => convolveParity(lowering, swapped, window, row, column, gradient)),
  );
  const only = stride === 1 ? parts[0]?.[0] : undefined;
  if (only === undefined) lowering.deferStrided(dx, parts);
  else lowering.defer(dx, only);
  return true;
}

function fitsInputGradient(lowering: Lowering, { dy, filter, dx }: InputGradient, window: Window): boolean {
  const kept = lowering.layout(filter);
  const { strideHeight, strideWidth, filterHeight, filterWidth } = window;
  const isBlocked = lowering.layout(dx) === 'blocked' && lowering.layout(dy) === 'blocked';
  const isSquare = strideHeight === strideWidth && filterHeight === filterWidth;
  return (
    isBlocked &&
    (kept === 'filter-by-input' || kept === 'filter-by-output') &&
    isDense(window) &&
    isSquare &&
    strideHeight <= 2
  );
}

/**
 * One parity of rows (or columns): the taps of the filter that meet it, in the order of the met rows, and the padding
 * of dy.
 */
interface Parity {
  readonly taps: readonly number[];
  readonly before: number;
  readonly after: number;
}

function parities(kernel: number, stride: number, pad: number, length: number, outLength: number): Parity[] {
  return Array.from({ length: stride }, (_, parity) => {
    // Row stride q + parity meets row q + (parity + pad - tap) / stride of dy.
    const taps = Array.from({ length: kernel }, (__, tap) => kernel - 1 - tap).filter(
      (tap) => (parity + pad - tap) % stride === 0,
    );
    const [first, last] = [taps[0], taps.at(-1)];
    if (first === undefined || last === undefined) return { taps, before: 0, after: 0 };
    const offset = (tap: number): number => (parity + pad - tap) / stride;
    const rows = Math.ceil(length / stride);
    return { taps, before: -offset(first), after: rows - 1 + offset(last) - (outLength - 1) };
  });
}

/** Blocks [tap][in/b][out/b] of b out x b in values: the parts of the gradient's filters. */
interface SwappedFilter {
  readonly blocks: Name;
  /** The number of the block of an input block, an output block and a tap. */
  readonly at: (input: number, output: number, tap: number) => number;
}

function swappedFilter(lowering: Lowering, filter: Value): SwappedFilter {
  const { model } = lowering;
  const block = lowering.blockSize;
  const { height, width, input, output } = filterSides(filter.shape);
  const taps = height * width;
  const count = sizeOf(filter.shape) / (block * block);
  const kept = lowering.layout(filter) === 'filter-by-input' ? 'filter-by-input' : 'filter-by-output';
  // ReorderInput moves "channels" last: of every block of b in x b out values it makes b out x b in.
  const turned = model.op(
    'ReorderInput',
    [lowering.reshape(lowering.get(filter, kept), [count, block, 1, block])],
    {},
    'com.microsoft.nchwc',
  );
  const [inputs, outputs] = [input / block, output / block];
  return {
    blocks: lowering.reshape(turned, [count, block * block]),
    at:
      kept === 'filter-by-input'
        ? (i, o, tap) => (i * outputs + o) * taps + tap
        : (i, o, tap) => (o * inputs + i) * taps + tap,
  };
}

function convolveParity(
  lowering: Lowering,
  { blocks, at }: SwappedFilter,
  window: Window,
  row: Parity,
  column: Parity,
  dy: Name,
): DeferredConvolution | undefined {
  if (row.taps.length === 0 || column.taps.length === 0) return undefined;
  const block = lowering.blockSize;
  const { inChannels, outChannels, filterWidth } = window;
  const numbers: number[] = [];
  for (let i = 0; i < inChannels / block; i++)
    for (let o = 0; o < outChannels / block; o++)
      for (const y of row.taps) for (const x of column.taps) numbers.push(at(i, o, y * filterWidth + x));
  const gathered = lowering.model.op('Gather', [blocks, lowering.model.integers(numbers)], { axis: 0 });
  const kernel = [row.taps.length, column.taps.length];
  return {
    x: dy,
    filter: lowering.reshape(gathered, [inChannels, outChannels, ...kernel]),
    attributes: { kernel_shape: kernel, pads: [row.before, column.before, row.after, column.after] },
  };
}
