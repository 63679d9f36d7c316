/**
 * Convolutions and their gradients on ONNX Runtime's blocked operators (domain com.microsoft.nchwc).
 *
 * They are what ONNX Runtime turns constant-weight models into; written directly they take weights that change. Each
 * function returns whether the shapes allow it: channels have to fill blocks, and dilations have to be 1.
 */
import type { Window } from '../../graph/attributes.ts';
import type { Node, Value } from '../../graph/node.ts';
import { sizeOf } from '../../host-tensor.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import type { Pending } from '../pending.ts';

export function blockedConvolution(lowering: Lowering, node: Node, window: Window): boolean {
  const [x, filter] = node.inputs as [Value, Value];
  const result = node.outputs[0]!;
  const weights = readyFilter(lowering, filter);
  if (lowering.layout(result) !== 'blocked' || weights === undefined || !isDense(window)) return false;
  const images = window.inChannels < lowering.block! ? 'channels-first' : 'blocked';
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = window;
  lowering.postpone(result, {
    x: lowering.get(x, images),
    filter: weights,
    attributes: { kernel_shape: [filterHeight, filterWidth], pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right], strides: [strideHeight, strideWidth] },
  });
  return true;
}

const isDense = ({ dilationHeight, dilationWidth }: Window): boolean => dilationHeight === 1 && dilationWidth === 1;

/** A filter as the operators read it, [out/b, in/b, kh, kw, b in, b out], declared [out, in, kh, kw]. */
function readyFilter(lowering: Lowering, filter: Value): Name | undefined {
  const [height, width, input, output] = filter.shape as [number, number, number, number];
  const declared = [output, input, height, width];
  const kept = lowering.layout(filter);
  if (kept === 'filter-of-few') return lowering.get(filter, kept);
  if (kept !== 'filter-by-input' && kept !== 'filter-by-output') return undefined;
  return lowering.reshape(lowering.get(filter, 'filter-by-output'), declared);
}

/**
 * The gradient of the input is a convolution of dy with the filter turned around and its channels swapped. With a stride
 * of 2 there are four, one for each parity of row and column, each with the taps that fall on it.
 */
export function blockedInputGradient(lowering: Lowering, node: Node, window: Window): boolean {
  const [dy, filter] = node.inputs as [Value, Value];
  const result = node.outputs[0]!;
  const kept = lowering.layout(filter);
  const { strideHeight: stride, strideWidth, filterHeight: kernel, filterWidth, padInfo, inHeight, inWidth, outHeight, outWidth } = window;
  const fits = lowering.layout(result) === 'blocked' && lowering.layout(dy) === 'blocked' && (kept === 'filter-by-input' || kept === 'filter-by-output');
  if (!fits || !isDense(window) || stride > 2 || stride !== strideWidth || kernel !== filterWidth) return false;
  const rows = phases(kernel, stride, padInfo.top, inHeight, outHeight);
  const columns = phases(kernel, stride, padInfo.left, inWidth, outWidth);
  if ([...rows, ...columns].some(({ before, after }) => before < 0 || after < 0)) return false;

  const swapped = swappedFilter(lowering, filter);
  const parts = rows.map((row) => columns.map((column) => phase(lowering, swapped, window, row, column, lowering.get(dy, 'blocked'))));
  const [only] = parts[0]!;
  if (stride === 1) lowering.postpone(result, only!);
  else lowering.postponePhases(result, parts);
  return true;
}

/** One parity of rows (or columns): which taps of the filter meet it, in the order of what they meet, and the padding of dy. */
interface Phase {
  readonly taps: readonly number[];
  readonly before: number;
  readonly after: number;
}

function phases(kernel: number, stride: number, pad: number, length: number, outLength: number): Phase[] {
  return Array.from({ length: stride }, (_, parity) => {
    // Row stride q + parity meets row q + (parity + pad - tap) / stride of dy.
    const taps = Array.from({ length: kernel }, (__, tap) => kernel - 1 - tap).filter((tap) => (parity + pad - tap) % stride === 0);
    if (taps.length === 0) return { taps, before: 0, after: 0 };
    const offset = (tap: number): number => (parity + pad - tap) / stride;
    const rows = Math.ceil(length / stride);
    return { taps, before: -offset(taps[0]!), after: rows - 1 + offset(taps.at(-1)!) - (outLength - 1) };
  });
}

/** Blocks [tap][in/b][out/b] of b out x b in values: what filters of the gradient are put together from. */
interface SwappedFilter {
  readonly blocks: Name;
  /** The number of the block of an input block, an output block and a tap. */
  readonly at: (input: number, output: number, tap: number) => number;
}

function swappedFilter(lowering: Lowering, filter: Value): SwappedFilter {
  const { model } = lowering;
  const block = lowering.block!;
  const [height, width, input, output] = filter.shape as [number, number, number, number];
  const taps = height * width;
  const count = sizeOf(filter.shape) / (block * block);
  const kept = lowering.layout(filter) === 'filter-by-input' ? 'filter-by-input' : 'filter-by-output';
  // ReorderInput moves "channels" last: of every block of b in x b out values it makes b out x b in.
  const turned = model.op('ReorderInput', [lowering.reshape(lowering.get(filter, kept), [count, block, 1, block])], {}, 'com.microsoft.nchwc');
  const [inputs, outputs] = [input / block, output / block];
  return {
    blocks: lowering.reshape(turned, [count, block * block]),
    at: kept === 'filter-by-input' ? (i, o, tap) => (i * outputs + o) * taps + tap : (i, o, tap) => (o * inputs + i) * taps + tap,
  };
}

function phase(lowering: Lowering, { blocks, at }: SwappedFilter, window: Window, row: Phase, column: Phase, dy: Name): Pending | undefined {
  if (row.taps.length === 0 || column.taps.length === 0) return undefined;
  const block = lowering.block!;
  const { inChannels, outChannels, filterWidth } = window;
  const numbers: number[] = [];
  for (let i = 0; i < inChannels / block; i++)
    for (let o = 0; o < outChannels / block; o++) for (const y of row.taps) for (const x of column.taps) numbers.push(at(i, o, y * filterWidth + x));
  const gathered = lowering.model.op('Gather', [blocks, lowering.model.integers(numbers)], { axis: 0 });
  const kernel = [row.taps.length, column.taps.length];
  return {
    x: dy,
    filter: lowering.reshape(gathered, [inChannels, outChannels, ...kernel]),
    attributes: { kernel_shape: kernel, pads: [row.before, column.before, row.after, column.after] },
  };
}

/**
 * The gradient of the filter is a convolution of x with dy in which channels are the batch and the batch is the channels.
 * Both are blocked anew, the batch within the block; then columns lie b channels apart, which dilation steps over.
 */
export function blockedFilterGradient(lowering: Lowering, node: Node, window: Window): boolean {
  const block = lowering.block;
  const [x, dy] = node.inputs as [Value, Value];
  const result = node.outputs[0]!;
  const kept = lowering.layout(result);
  const { strideHeight, strideWidth } = window;
  const fits = block !== null && lowering.layout(dy) === 'blocked' && isDense(window) && strideHeight === strideWidth;
  if (!fits) return false;
  if (kept === 'filter-by-output') return pointwiseFilterGradient(lowering, x, dy, result, window);
  if (kept === 'filter-by-input') return spatialFilterGradient(lowering, x, dy, result, window);
  if (kept === 'filter-of-few') return firstFilterGradient(lowering, x, dy, result, window);
  return false;
}

/** How far x has to be padded for dy to fit as often as the filter is wide. */
function margins({ padInfo, strideHeight, strideWidth, filterHeight, filterWidth, inHeight, inWidth, outHeight, outWidth }: Window) {
  return {
    top: padInfo.top,
    left: padInfo.left,
    bottom: (outHeight - 1) * strideHeight + filterHeight - inHeight - padInfo.top,
    right: (outWidth - 1) * strideWidth + filterWidth - inWidth - padInfo.left,
  };
}

/** The batch with images of zeros that make it fill its blocks: they add nothing to a sum over images. */
const filled = (batch: number, block: number): number => Math.ceil(batch / block) * block;

function withFilledBatch(lowering: Lowering, value: Value, layout: 'blocked' | 'channels-first'): Name {
  const { model } = lowering;
  const name = lowering.get(value, layout);
  const missing = filled(value.shape[0]!, lowering.block!) - value.shape[0]!;
  return missing === 0 ? name : model.op('Pad', [name, model.integers([0, 0, 0, 0, missing, 0, 0, 0])]);
}

/** x as [N/b, C/b, H, W, b channels, b images]. */
function imagesInnermost(lowering: Lowering, x: Value): Name {
  const block = lowering.block!;
  const [images, height, width, channels] = x.shape as [number, number, number, number];
  const batch = filled(images, block);
  const parted = lowering.reshape(withFilledBatch(lowering, x, 'blocked'), [batch / block, block, channels * height, width]);
  const turned = lowering.model.op('ReorderInput', [parted], {}, 'com.microsoft.nchwc');
  return lowering.reshape(turned, [batch / block, channels / block, height, width, block * block]);
}

/** dy as a filter of the convolution: [out/b, N/b, H W, b images, b out]. */
function gradientAsFilter(lowering: Lowering, dy: Value): Name {
  const block = lowering.block!;
  const [images, height, width, channels] = dy.shape as [number, number, number, number];
  const batch = filled(images, block);
  return lowering.transpose(lowering.reshape(withFilledBatch(lowering, dy, 'blocked'), [batch / block, block, channels / block, height * width, block]), [2, 0, 3, 1, 4]);
}

function spatialFilterGradient(lowering: Lowering, x: Value, dy: Value, result: Value, window: Window): boolean {
  const block = lowering.block!;
  const { inChannels, outChannels, inHeight, inWidth, outHeight, outWidth, strideHeight: stride } = window;
  const batchSize = filled(window.batchSize, block);
  const { top, left, bottom, right } = margins(window);
  if (bottom < 0 || right < 0) return false;
  const blocks = inChannels / block;
  const byChannels = lowering.transpose(lowering.reshape(imagesInnermost(lowering, x), [batchSize / block, blocks, inHeight * inWidth * block * block]), [1, 0, 2]);
  const padded = padColumns(lowering, lowering.reshape(byChannels, [(blocks * batchSize * inHeight) / block, inWidth, block * block]), left, right);
  lowering.postpone(result, {
    x: lowering.reshape(padded, [blocks, batchSize, inHeight, (left + inWidth + right) * block]),
    filter: lowering.reshape(gradientAsFilter(lowering, dy), [outChannels, batchSize, outHeight, outWidth]),
    attributes: { kernel_shape: [outHeight, outWidth], pads: [top, 0, bottom, 0], dilations: [stride, stride * block] },
  });
  return true;
}

/** [rows, columns, values]: zeros before and after the columns. */
function padColumns({ model }: Lowering, name: Name, before: number, after: number): Name {
  return before === 0 && after === 0 ? name : model.op('Pad', [name, model.integers([0, before, 0, 0, after, 0])]);
}

/** For 1x1 a matrix product: pixels of all images are the channels of one convolution. */
function pointwiseFilterGradient(lowering: Lowering, x: Value, dy: Value, result: Value, window: Window): boolean {
  const block = lowering.block!;
  const { inChannels, outChannels, inHeight, inWidth, outHeight, outWidth, strideHeight: stride, padInfo } = window;
  const batchSize = filled(window.batchSize, block);
  if ([padInfo.top, padInfo.left, padInfo.bottom, padInfo.right].some((side) => side > 0)) return false;
  const { model } = lowering;
  let images = imagesInnermost(lowering, x); // [N/b, C/b, H, W, b b]
  if (stride > 1 || outHeight < inHeight || outWidth < inWidth) {
    const ends = [(outHeight - 1) * stride + 1, (outWidth - 1) * stride + 1];
    images = model.op('Slice', [images, model.integers([0, 0]), model.integers(ends), model.integers([2, 3]), model.integers([stride, stride])]);
  }
  const pixels = outHeight * outWidth;
  const byPixels = lowering.transpose(lowering.reshape(images, [batchSize / block, inChannels / block, pixels, block * block]), [0, 2, 1, 3]);
  lowering.postpone(result, {
    x: lowering.reshape(byPixels, [1, batchSize * pixels, inChannels / block, block]),
    filter: lowering.reshape(gradientAsFilter(lowering, dy), [outChannels, batchSize * pixels, 1, 1]),
    attributes: { kernel_shape: [1, 1] },
  });
  return true;
}

/** For the few channels of the first convolution, which lie innermost of the columns instead of a block. */
function firstFilterGradient(lowering: Lowering, x: Value, dy: Value, result: Value, window: Window): boolean {
  const { model } = lowering;
  const block = lowering.block!;
  const { inChannels, outChannels, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight: stride } = window;
  const batchSize = filled(window.batchSize, block);
  const { top, left, bottom, right } = margins(window);
  if (bottom < 0 || right < 0) return false;
  const parted = lowering.reshape(withFilledBatch(lowering, x, 'channels-first'), [batchSize / block, block, inChannels * inHeight, inWidth]);
  const turned = lowering.reshape(model.op('ReorderInput', [parted], {}, 'com.microsoft.nchwc'), [batchSize / block, inChannels, inHeight, inWidth, block]);
  const lined = lowering.reshape(lowering.transpose(turned, [0, 2, 3, 1, 4]), [(batchSize / block) * inHeight, inWidth, inChannels * block]);
  const gradient = lowering.convolve({
    x: lowering.reshape(padColumns(lowering, lined, left, right), [1, batchSize, inHeight, (left + inWidth + right) * inChannels]),
    filter: lowering.reshape(gradientAsFilter(lowering, dy), [outChannels, batchSize, outHeight, outWidth]),
    attributes: { kernel_shape: [outHeight, outWidth], pads: [top, 0, bottom, 0], dilations: [stride, stride * inChannels] },
  }); // [out/b, kh, kw in, b out]
  const split = lowering.reshape(gradient, [outChannels / block, filterHeight, filterWidth, inChannels, block]);
  const arrangement = lowering.arrangement(result, 'filter-of-few');
  lowering.set(result, 'filter-of-few', lowering.reshape(lowering.transpose(split, [0, 3, 1, 2, 4]), arrangement.declared));
  return true;
}
