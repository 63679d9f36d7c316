/** Convolutions and their gradients on ONNX's standard operators: for every shape, at moderate speed. */
import { windowOf, type Window } from '../../graph/attributes.ts';
import type { Value } from '../../graph/node.ts';
import { filterSides } from '../../graph/sides.ts';
import type { UsedTaps } from '../../graph/filter-tap-ranges.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import { tapsForProduct } from '../small-images.ts';
import { blockedConvolution, blockedInputGradient } from './blocked-convolution.ts';
import { blockedFilterGradient } from './blocked-filter-gradient.ts';
import type { Forward, FilterGradient, InputGradient } from './convolution-tensors.ts';
import type { Context, KernelTable } from './kernel.ts';
import { convolutionByPixels, filterByTaps, imagesByPixels } from './pixel-products.ts';
import { convolutionByProduct, filterByProduct, imagesByProduct } from './products.ts';
import { sparseOutputPixels, type OutputPixel } from '../../graph/output-pixels.ts';

interface Ways<T> {
  readonly product: (lowering: Lowering, tensors: T, window: Window, used: UsedTaps) => void;
  /** Products of the taps that output pixels use, where others lie on padding. */
  readonly pixels: (
    lowering: Lowering,
    tensors: T,
    window: Window,
    pixels: readonly OutputPixel[],
    used: UsedTaps,
  ) => void;
  /** Returns true if the shapes allow it. */
  readonly blocked: (lowering: Lowering, tensors: T, window: Window) => boolean;
  readonly standard: (lowering: Lowering, tensors: T, window: Window) => void;
}

/** As a matrix product on small images, else on blocks if channels fill them, else by standard operators. */
function lowerFastest<T>(
  ways: Ways<T>,
  tensors: T,
  { lowering, node }: Pick<Context<'Conv2D'>, 'lowering' | 'node'>,
): void {
  const window = windowOf(node);
  const used = tapsForProduct(window);
  const pixels = used === undefined ? undefined : sparseOutputPixels(window);
  if (used !== undefined && pixels !== undefined) ways.pixels(lowering, tensors, window, pixels, used);
  else if (used !== undefined) ways.product(lowering, tensors, window, used);
  else if (!ways.blocked(lowering, tensors, window)) ways.standard(lowering, tensors, window);
}

const strides = ({ strideHeight, strideWidth }: Window): number[] => [strideHeight, strideWidth];
const dilations = ({ dilationHeight, dilationWidth }: Window): number[] => [dilationHeight, dilationWidth];

const attributesOf = (window: Window) => ({
  kernel_shape: [window.filterHeight, window.filterWidth],
  pads: [window.padInfo.top, window.padInfo.left, window.padInfo.bottom, window.padInfo.right],
  strides: strides(window),
  dilations: dilations(window),
});

function convolve(lowering: Lowering, { x, filter, y }: Forward, window: Window): void {
  const operands = [lowering.get(x, 'channels-first'), lowering.get(filter, 'filter')];
  lowering.set(y, 'channels-first', lowering.model.op('Conv', operands, attributesOf(window)));
}

function inputGradient(lowering: Lowering, { dy, filter, dx }: InputGradient, window: Window): void {
  const gradient = transposed(lowering, lowering.get(dy, 'channels-first'), lowering.get(filter, 'filter'), window, 1);
  lowering.set(dx, 'channels-first', gradient);
}

/** Pixels that the stride cut off are restored as output padding. */
function transposed(lowering: Lowering, dy: Name, filter: Name, window: Window, group: number): Name {
  const {
    padInfo,
    outHeight,
    outWidth,
    inHeight,
    inWidth,
    effectiveFilterHeight,
    effectiveFilterWidth,
    strideHeight,
    strideWidth,
  } = window;
  const rest = [
    inHeight - ((outHeight - 1) * strideHeight + effectiveFilterHeight - padInfo.top - padInfo.bottom),
    inWidth - ((outWidth - 1) * strideWidth + effectiveFilterWidth - padInfo.left - padInfo.right),
  ];
  return lowering.model.op('ConvTranspose', [dy, filter], {
    ...attributesOf(window),
    output_padding: rest,
    group,
  });
}

/** A convolution of x with dy whose batch is the channels; stride and dilation change places. */
function filterGradient(lowering: Lowering, { x, dy, dFilter }: FilterGradient, window: Window): void {
  const turned = (value: Value): Name => lowering.transpose(lowering.get(value, 'channels-first'), [1, 0, 2, 3]);
  const gradient = correlate(lowering, turned(x), turned(dy), window, 1); // [in, out, kh, kw]
  lowering.set(dFilter, 'filter', lowering.transpose(gradient, [1, 0, 2, 3]));
}

/** Pads or crops `x` so that `dy`, laid out as a filter, fits exactly as often as the filter is wide. */
function correlate(lowering: Lowering, x: Name, dy: Name, window: Window, group: number): Name {
  const {
    padInfo,
    outHeight,
    outWidth,
    inHeight,
    inWidth,
    effectiveFilterHeight,
    effectiveFilterWidth,
    strideHeight,
    strideWidth,
  } = window;
  const bottom = (outHeight - 1) * strideHeight + effectiveFilterHeight - inHeight - padInfo.top;
  const right = (outWidth - 1) * strideWidth + effectiveFilterWidth - inWidth - padInfo.left;
  const padded = lowering.model.op('Pad', [
    x,
    lowering.model.integers([0, 0, padInfo.top, padInfo.left, 0, 0, bottom, right]),
  ]);
  return lowering.model.op('Conv', [padded, dy], {
    kernel_shape: [outHeight, outWidth],
    strides: dilations(window),
    dilations: strides(window),
    group,
  });
}

// Depthwise: every input channel has filters of its own, [kh, kw, in, multiplier].

/** [in multiplier, 1, kh, kw] */
function depthwiseFilter(lowering: Lowering, filter: Value): Name {
  const { height, width, input: channels, output: multiplier } = filterSides(filter.shape);
  const turned = lowering.transpose(lowering.get(filter), [2, 3, 0, 1]);
  return lowering.reshape(turned, [channels * multiplier, 1, height, width]);
}

function depthwise(lowering: Lowering, { x, filter, y }: Forward, window: Window): void {
  const operands = [lowering.get(x, 'channels-first'), depthwiseFilter(lowering, filter)];
  const attributes = { ...attributesOf(window), group: window.inChannels };
  lowering.set(y, 'channels-first', lowering.model.op('Conv', operands, attributes));
}

function depthwiseInputGradient(lowering: Lowering, { dy, filter, dx }: InputGradient, window: Window): void {
  const images = lowering.get(dy, 'channels-first');
  const gradient = transposed(lowering, images, depthwiseFilter(lowering, filter), window, window.inChannels);
  lowering.set(dx, 'channels-first', gradient);
}

/** As the gradient of a filter, with one group for each channel: [1, in N, H, W] with [in multiplier, N, H', W']. */
function depthwiseFilterGradient(lowering: Lowering, { x, dy, dFilter }: FilterGradient, window: Window): void {
  const { inChannels, batchSize, inHeight, inWidth, filterHeight, filterWidth, outChannels } = window;
  const turned = (value: Value): Name => lowering.transpose(lowering.get(value, 'channels-first'), [1, 0, 2, 3]);
  const images = lowering.reshape(turned(x), [1, inChannels * batchSize, inHeight, inWidth]);
  const gradient = correlate(lowering, images, turned(dy), window, inChannels);
  const parted = lowering.reshape(gradient, [inChannels, outChannels / inChannels, filterHeight, filterWidth]);
  lowering.set(dFilter, 'plain', lowering.transpose(parted, [2, 3, 0, 1]));
}

const FORWARD: Ways<Forward> = {
  product: convolutionByProduct,
  pixels: convolutionByPixels,
  blocked: blockedConvolution,
  standard: convolve,
};
const INPUT_GRADIENT: Ways<InputGradient> = {
  product: imagesByProduct,
  pixels: imagesByPixels,
  blocked: blockedInputGradient,
  standard: inputGradient,
};
const FILTER_GRADIENT: Ways<FilterGradient> = {
  product: filterByProduct,
  pixels: (lowering, tensors, window, _, used) => {
    filterByTaps(lowering, tensors, window, used);
  },
  blocked: blockedFilterGradient,
  standard: filterGradient,
};

export const CONVOLUTIONS = {
  Conv2D: (inputs, _, context) => {
    lowerFastest(FORWARD, { ...inputs, y: context.results }, context);
  },
  Conv2DBackpropInput: (inputs, _, context) => {
    lowerFastest(INPUT_GRADIENT, { ...inputs, dx: context.results }, context);
  },
  Conv2DBackpropFilter: (inputs, _, context) => {
    lowerFastest(FILTER_GRADIENT, { ...inputs, dFilter: context.results }, context);
  },
  DepthwiseConv2dNative: (inputs, _, { lowering, node, results }) => {
    depthwise(lowering, { ...inputs, y: results }, windowOf(node));
  },
  DepthwiseConv2dNativeBackpropInput: (inputs, _, { lowering, node, results }) => {
    depthwiseInputGradient(lowering, { ...inputs, dx: results }, windowOf(node));
  },
  DepthwiseConv2dNativeBackpropFilter: (inputs, _, { lowering, node, results }) => {
    depthwiseFilterGradient(lowering, { ...inputs, dFilter: results }, windowOf(node));
  },
} satisfies KernelTable;
