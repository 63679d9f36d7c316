/** Convolutions and their gradients, on images [N, H, W, C]. */
import { windowOf, type Window } from '../../graph/attributes.ts';
import { attribute, type Attributes, type Edge } from '../graph-def.ts';
import { takeSlice, padImages } from './slices.ts';
import { filterByProducts, prefersProducts } from './filter-products.ts';
import { CONVOLUTION, wayOfConvolution } from '../small-images.ts';
import { convolutionByProduct, imagesByProduct } from './image-products.ts';
import { convolutionByPixels, imagesByPixels } from './pixel-products.ts';
import type { AnyContext, KernelTable } from './kernel.ts';

/** Padding by name if it has one: gradients of convolutions with padding in numbers are several times slower. */
export function paddingOf(window: Window): Attributes {
  const { top, bottom, left, right } = window.padInfo;
  if (top === 0 && bottom === 0 && left === 0 && right === 0) return { padding: attribute.text('VALID') };
  if (isSame(window)) return { padding: attribute.text('SAME') };
  return {
    padding: attribute.text('EXPLICIT'),
    explicit_paddings: attribute.integers([0, 0, top, bottom, left, right, 0, 0]),
  };
}

/**
 * True if TensorFlow's SAME pads by these numbers: the least padding with a result for every stride, an odd pixel after
 * the image.
 */
function isSame({
  padInfo,
  inHeight,
  inWidth,
  outHeight,
  outWidth,
  strideHeight,
  strideWidth,
  effectiveFilterHeight,
  effectiveFilterWidth,
}: Window): boolean {
  const fits = (before: number, after: number, side: number, out: number, stride: number, filter: number): boolean => {
    const all = Math.max(0, (Math.ceil(side / stride) - 1) * stride + filter - side);
    return out === Math.ceil(side / stride) && before === Math.floor(all / 2) && after === Math.ceil(all / 2);
  };
  return (
    fits(padInfo.top, padInfo.bottom, inHeight, outHeight, strideHeight, effectiveFilterHeight) &&
    fits(padInfo.left, padInfo.right, inWidth, outWidth, strideWidth, effectiveFilterWidth)
  );
}

function attributesOf(window: Window): Attributes {
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = window;
  return {
    strides: attribute.integers([1, strideHeight, strideWidth, 1]),
    dilations: attribute.integers([1, dilationHeight, dilationWidth, 1]),
    data_format: attribute.text('NHWC'),
    ...paddingOf(window),
  };
}

const forward =
  (name: string, depthwise: boolean) =>
  (
    { x, filter }: { readonly x: Edge; readonly filter: Edge },
    _: unknown,
    { lowering, node, type }: AnyContext,
  ): Edge => {
    const window = windowOf(node);
    const way = depthwise ? CONVOLUTION : wayOfConvolution(window, type);
    switch (way.kind) {
      case 'whole':
        return convolutionByProduct(lowering, window, way.used, x, filter, type);
      case 'pixels':
        return convolutionByPixels(lowering, window, way.pixels, x, filter, type);
      case 'convolution':
        return lowering.op(name, [x, filter], { T: attribute.type(type), ...attributesOf(window) });
    }
  };

/** tfjs gives (dy, filter), TensorFlow takes (shape of x, filter, dy). */
const inputGradient =
  (name: string, depthwise: boolean) =>
  (
    { dy, filter }: { readonly dy: Edge; readonly filter: Edge },
    { inputShape }: { readonly inputShape: readonly number[] },
    { lowering, node, type }: AnyContext,
  ): Edge => {
    const unpadded = windowOf(node);
    const way = depthwise ? CONVOLUTION : wayOfConvolution(unpadded, type);
    if (way.kind === 'whole') return imagesByProduct(lowering, unpadded, way.used, filter, dy, type);
    if (way.kind === 'pixels') return imagesByPixels(lowering, unpadded, way.pixels, filter, dy, type);
    const { window, before, padded } = withoutNumbers(unpadded);
    const gradient = lowering.op(name, [lowering.graph.integers(padded), filter, dy], {
      T: attribute.type(type),
      ...attributesOf(window),
    });
    return before === undefined
      ? gradient
      : takeSlice(lowering, gradient, type, padded, { begin: before, size: inputShape, strides: [1, 1, 1, 1] });
  };

/** tfjs gives (x, dy), TensorFlow takes (x, shape of the filter, dy). */
const filterGradient =
  (name: string, depthwise: boolean) =>
  (
    { x, dy }: { readonly x: Edge; readonly dy: Edge },
    { filterShape }: { readonly filterShape: readonly number[] },
    { lowering, node, type }: AnyContext,
  ): Edge => {
    const unpadded = windowOf(node);
    if (!depthwise && prefersProducts(unpadded, type)) return filterByProducts(lowering, unpadded, x, dy, type);
    const { window, before } = withoutNumbers(unpadded);
    const images = before === undefined ? x : padImages(lowering, x, type, unpadded);
    return lowering.op(name, [images, lowering.graph.integers(filterShape), dy], {
      T: attribute.type(type),
      ...attributesOf(window),
    });
  };

/**
 * The same window on images that were padded before, if its padding has no name; `before` is the offset of the images.
 */
function withoutNumbers(window: Window): {
  readonly window: Window;
  readonly padded: readonly number[];
  readonly before?: readonly number[];
} {
  const { batchSize, inHeight, inWidth, inChannels, padInfo } = window;
  if (paddingOf(window).explicit_paddings === undefined)
    return { window, padded: [batchSize, inHeight, inWidth, inChannels] };
  const { top, bottom, left, right } = padInfo;
  return {
    window: { ...window, padInfo: { type: 'VALID', top: 0, bottom: 0, left: 0, right: 0 } },
    padded: [batchSize, inHeight + top + bottom, inWidth + left + right, inChannels],
    before: [0, top, left, 0],
  };
}

export const CONVOLUTIONS = {
  Conv2D: forward('Conv2D', false),
  Conv2DBackpropInput: inputGradient('Conv2DBackpropInput', false),
  Conv2DBackpropFilter: filterGradient('Conv2DBackpropFilter', false),
  DepthwiseConv2dNative: forward('DepthwiseConv2dNative', true),
  DepthwiseConv2dNativeBackpropInput: inputGradient('DepthwiseConv2dNativeBackpropInput', true),
  DepthwiseConv2dNativeBackpropFilter: filterGradient('DepthwiseConv2dNativeBackpropFilter', true),
} satisfies KernelTable;
