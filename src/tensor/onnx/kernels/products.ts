/**
 * A convolution and its gradients as one matrix product each, on plain images [N, H, W, C] and filters [rows, columns,
 * C, D].
 *
 * The rows of the products are the outputs; their columns are the pixels that the taps of the filter meet there,
 * channel by channel.
 */
import type { Window } from '../../graph/attributes.ts';
import type { Value } from '../../graph/node.ts';
import type { UsedTaps, FilterTap } from '../../graph/filter-tap-ranges.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import type { FilterGradient, Forward, InputGradient } from './convolution-tensors.ts';
import { pad, slice } from './slices.ts';

export function convolutionByProduct(
  lowering: Lowering,
  { x, filter, y }: Forward,
  window: Window,
  used: UsedTaps,
): void {
  const operands = [pixelMatrix(lowering, x, window, used), filterMatrix(lowering, filter, window, used)];
  lowering.set(y, 'plain', lowering.reshape(lowering.model.op('MatMul', operands), y.shape));
}

export function imagesByProduct(
  lowering: Lowering,
  { dy, filter, dx }: InputGradient,
  window: Window,
  used: UsedTaps,
): void {
  const { model } = lowering;
  const { batchSize, outHeight, outWidth, inChannels: channels } = window;
  const operands = [gradientMatrix(lowering, dy, window), filterMatrix(lowering, filter, window, used)];
  const product = model.op('Gemm', operands, { transB: 1 });
  const gradients = lowering.reshape(product, [batchSize, outHeight, outWidth, used.taps.length * channels]);
  const terms = used.taps.flatMap((tap, i) => {
    const { down, across } = tap;
    if (down.count === 0 || across.count === 0) return [];
    const begin = [down.output, across.output, i * channels];
    const end = [down.output + down.count, across.output + across.count, (i + 1) * channels];
    return [putBack(lowering, slice(lowering, gradients, [1, 2, 3], begin, end), window, tap)];
  });
  const [only] = terms;
  lowering.set(dx, 'plain', terms.length === 1 && only !== undefined ? only : model.op('Sum', terms));
}

export function filterByProduct(
  lowering: Lowering,
  { x, dy, dFilter }: FilterGradient,
  window: Window,
  used: UsedTaps,
): void {
  const { inChannels, outChannels, filterHeight, filterWidth } = window;
  const { top, left, height, width } = used;
  const operands = [pixelMatrix(lowering, x, window, used), gradientMatrix(lowering, dy, window)];
  const product = lowering.model.op('Gemm', operands, { transA: 1 });
  const taps = lowering.reshape(product, [height, width, inChannels, outChannels]);
  const after = [filterHeight - top - height, filterWidth - left - width] as const;
  lowering.set(dFilter, 'plain', pad(lowering, taps, [top, left, 0, 0, ...after, 0, 0]));
}

/** [N x H' x W', taps x C] */
function pixelMatrix(lowering: Lowering, x: Value, window: Window, { taps }: UsedTaps): Name {
  const {
    batchSize,
    inChannels,
    outHeight,
    outWidth,
    padInfo: { top, left, bottom, right },
  } = window;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = window;
  const padded = pad(lowering, lowering.get(x, 'plain'), [0, top, left, 0, 0, bottom, right, 0]);
  const parts = taps.map(({ row, column }) => {
    const begin = [row * dilationHeight, column * dilationWidth] as const;
    return slice(
      lowering,
      padded,
      [1, 2],
      begin,
      [begin[0] + (outHeight - 1) * strideHeight + 1, begin[1] + (outWidth - 1) * strideWidth + 1],
      [strideHeight, strideWidth],
    );
  });
  const [only] = parts;
  const joined = parts.length === 1 && only !== undefined ? only : lowering.model.op('Concat', parts, { axis: 3 });
  return lowering.reshape(joined, [batchSize * outHeight * outWidth, taps.length * inChannels]);
}

/** [taps x C, D] */
function filterMatrix(
  lowering: Lowering,
  filter: Value,
  { filterHeight, filterWidth, inChannels, outChannels }: Window,
  { top, left, height, width, taps }: UsedTaps,
): Name {
  const whole = lowering.get(filter, 'plain');
  const seen =
    height === filterHeight && width === filterWidth
      ? whole
      : slice(lowering, whole, [0, 1], [top, left], [top + height, left + width]);
  return lowering.reshape(seen, [taps.length * inChannels, outChannels]);
}

/** [N x H' x W', D] */
const gradientMatrix = (lowering: Lowering, dy: Value, { batchSize, outHeight, outWidth, outChannels }: Window): Name =>
  lowering.reshape(lowering.get(dy, 'plain'), [batchSize * outHeight * outWidth, outChannels]);

/** Zeros in the shape of the images, with a tap's gradients at the pixels that it met. */
function putBack(
  lowering: Lowering,
  term: Name,
  { batchSize, inHeight, inWidth, inChannels }: Window,
  { down, across }: FilterTap,
): Name {
  const { stride: rowStride, count: rows, input: top } = down;
  const { stride: columnStride, count: columns, input: left } = across;
  const [height, width] = [(rows - 1) * rowStride + 1, (columns - 1) * columnStride + 1];
  const apart = rowStride * columnStride === 1 ? term : spread();
  return pad(lowering, apart, [0, top, left, 0, 0, inHeight - height - top, inWidth - width - left, 0]);

  /** With zeros between rows and columns that stride stepped over. */
  function spread(): Name {
    const zeros = pad(lowering, lowering.reshape(term, [batchSize, rows, 1, columns, 1, inChannels]), [
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      rowStride - 1,
      0,
      columnStride - 1,
      0,
    ]);
    return slice(
      lowering,
      lowering.reshape(zeros, [batchSize, rows * rowStride, columns * columnStride, inChannels]),
      [1, 2],
      [0, 0],
      [height, width],
    );
  }
}
