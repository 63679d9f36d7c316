/** Convolutions and their gradients on ONNX's standard operators: for every shape, at moderate speed. */
import { windowOf, type Window } from '../../graph/attributes.ts';
import type { Node, Value } from '../../graph/node.ts';
import type { UsedTaps } from '../../graph/filter-tap-ranges.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import { tapsForProduct } from '../small-images.ts';
import { blockedConvolution, blockedInputGradient } from './blocked-convolution.ts';
import { blockedFilterGradient } from './blocked-filter-gradient.ts';
import type { KernelTable, LowerKernel } from './kernel.ts';
import { convolutionByProduct, filterByProduct, imagesByProduct } from './products.ts';

type Products = (lowering: Lowering, node: Node, window: Window, met: UsedTaps) => void;
type Blocked = (lowering: Lowering, node: Node, window: Window) => boolean;
type Standard = (lowering: Lowering, node: Node, window: Window) => void;

/** As a matrix product on small images, else on blocks where they are filled, else by standard operators. */
const fastest =
  (products: Products, blocked: Blocked, standard: Standard): LowerKernel =>
  (lowering, node) => {
    const window = windowOf(node);
    const met = tapsForProduct(window);
    if (met !== undefined) products(lowering, node, window, met);
    else if (!blocked(lowering, node, window)) standard(lowering, node, window);
  };

const pads = ({ padInfo: { top, left, bottom, right } }: Window): number[] => [top, left, bottom, right];
const strides = ({ strideHeight, strideWidth }: Window): number[] => [strideHeight, strideWidth];
const dilations = ({ dilationHeight, dilationWidth }: Window): number[] => [dilationHeight, dilationWidth];
const kernelShape = ({ filterHeight, filterWidth }: Window): number[] => [filterHeight, filterWidth];

function convolve(lowering: Lowering, node: Node, window: Window): void {
  const [x, filter] = node.inputs as [Value, Value];
  set(
    lowering,
    node,
    lowering.model.op('Conv', [lowering.get(x, 'channels-first'), lowering.get(filter, 'filter')], {
      kernel_shape: kernelShape(window),
      pads: pads(window),
      strides: strides(window),
      dilations: dilations(window),
    }),
  );
}

function inputGradient(lowering: Lowering, node: Node, window: Window): void {
  const [dy, filter] = node.inputs as [Value, Value];
  set(
    lowering,
    node,
    transposed(lowering, lowering.get(dy, 'channels-first'), lowering.get(filter, 'filter'), window, 1),
  );
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
    kernel_shape: kernelShape(window),
    pads: pads(window),
    strides: strides(window),
    dilations: dilations(window),
    output_padding: rest,
    group,
  });
}

/** A convolution of x with dy whose batch is the channels; stride and dilation change places. */
function filterGradient(lowering: Lowering, node: Node, window: Window): void {
  const [x, dy] = node.inputs as [Value, Value];
  const turned = (value: Value): Name => lowering.transpose(lowering.get(value, 'channels-first'), [1, 0, 2, 3]);
  const gradient = correlate(lowering, turned(x), turned(dy), window, 1); // [in, out, kh, kw]
  set(lowering, node, lowering.transpose(gradient, [1, 0, 2, 3]), 'filter');
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

function set(lowering: Lowering, node: Node, name: Name, layout: 'channels-first' | 'filter' = 'channels-first'): void {
  lowering.set(node.outputs[0]!, layout, name);
}

// Depthwise: every input channel has filters of its own, [kh, kw, in, multiplier].

/** [in multiplier, 1, kh, kw] */
function depthwiseFilter(lowering: Lowering, filter: Value): Name {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  return lowering.reshape(lowering.transpose(lowering.get(filter), [2, 3, 0, 1]), [
    channels * multiplier,
    1,
    height,
    width,
  ]);
}

function depthwise(lowering: Lowering, node: Node): void {
  const window = windowOf(node);
  const [x, filter] = node.inputs as [Value, Value];
  const attributes = {
    kernel_shape: kernelShape(window),
    pads: pads(window),
    strides: strides(window),
    dilations: dilations(window),
    group: window.inChannels,
  };
  set(
    lowering,
    node,
    lowering.model.op('Conv', [lowering.get(x, 'channels-first'), depthwiseFilter(lowering, filter)], attributes),
  );
}

function depthwiseInputGradient(lowering: Lowering, node: Node): void {
  const window = windowOf(node);
  const [dy, filter] = node.inputs as [Value, Value];
  set(
    lowering,
    node,
    transposed(
      lowering,
      lowering.get(dy, 'channels-first'),
      depthwiseFilter(lowering, filter),
      window,
      window.inChannels,
    ),
  );
}

/** As the gradient of a filter, with one group for each channel: [1, in N, H, W] with [in multiplier, N, H', W']. */
function depthwiseFilterGradient(lowering: Lowering, node: Node): void {
  const window = windowOf(node);
  const [x, dy] = node.inputs as [Value, Value];
  const { inChannels, batchSize, inHeight, inWidth, filterHeight, filterWidth, outChannels } = window;
  const images = lowering.reshape(lowering.transpose(lowering.get(x, 'channels-first'), [1, 0, 2, 3]), [
    1,
    inChannels * batchSize,
    inHeight,
    inWidth,
  ]);
  const gradient = correlate(
    lowering,
    images,
    lowering.transpose(lowering.get(dy, 'channels-first'), [1, 0, 2, 3]),
    window,
    inChannels,
  );
  const parted = lowering.reshape(gradient, [inChannels, outChannels / inChannels, filterHeight, filterWidth]);
  lowering.set(node.outputs[0]!, 'plain', lowering.transpose(parted, [2, 3, 0, 1]));
}

export const CONVOLUTIONS: KernelTable = {
  Conv2D: fastest(convolutionByProduct, blockedConvolution, convolve),
  Conv2DBackpropInput: fastest(imagesByProduct, blockedInputGradient, inputGradient),
  Conv2DBackpropFilter: fastest(filterByProduct, blockedFilterGradient, filterGradient),
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
};
