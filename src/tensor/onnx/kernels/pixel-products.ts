/**
 * A convolution of small images and its gradients as products of the taps that are used: by output pixel, or by tap.
 *
 * One product of all pixels with all taps (products.ts) multiplies zeros wherever a tap lies on padding.
 */
import type { Window } from '../../graph/attributes.ts';
import type { TapRange, UsedTaps } from '../../graph/filter-tap-ranges.ts';
import type { OutputPixel } from '../../graph/output-pixels.ts';
import type { Value } from '../../graph/node.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import type { FilterGradient, Forward, InputGradient } from './convolution-tensors.ts';
import { pad, slice } from './slices.ts';

type Pixels = readonly OutputPixel[];

export function convolutionByPixels(
  lowering: Lowering,
  { x, filter, y }: Forward,
  window: Window,
  pixels: Pixels,
): void {
  const { model } = lowering;
  const { batchSize, inChannels, outChannels } = window;
  const images = lowering.get(x, 'plain');
  const outputs = pixels.map((pixel) => {
    const values = sizeOfPixel(pixel) * inChannels;
    if (values === 0) return zeros(lowering, [batchSize, outChannels]);
    const { down, across } = pixel;
    const seen = rectangle(lowering, images, [1, 2], [down.input, across.input], pixel, x.shape.slice(1, 3));
    const rows = lowering.reshape(seen, [batchSize, values]);
    return model.op('MatMul', [rows, tapMatrix(lowering, filter, window, pixel)]);
  });
  lowering.set(y, 'plain', lowering.reshape(model.op('Concat', outputs, { axis: 1 }), y.shape));
}

export function imagesByPixels(
  lowering: Lowering,
  { dy, filter, dx }: InputGradient,
  window: Window,
  pixels: Pixels,
): void {
  const { model } = lowering;
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = window;
  const gradients = lowering.reshape(lowering.get(dy, 'plain'), [batchSize, outHeight * outWidth * outChannels]);
  const terms = pixels.flatMap((pixel, number) => {
    if (sizeOfPixel(pixel) === 0) return [];
    const { down, across } = pixel;
    const gradient = slice(lowering, gradients, [1], [number * outChannels], [(number + 1) * outChannels]);
    const product = model.op('Gemm', [gradient, tapMatrix(lowering, filter, window, pixel)], { transB: 1 });
    const part = lowering.reshape(product, [batchSize, down.count, across.count, inChannels]);
    const [bottom, right] = [inHeight - down.input - down.count, inWidth - across.input - across.count];
    return [pad(lowering, part, [0, down.input, across.input, 0, 0, bottom, right, 0])];
  });
  lowering.set(dx, 'plain', model.op('Sum', terms));
}

export function filterByTaps(
  lowering: Lowering,
  { x, dy, dFilter }: FilterGradient,
  { inChannels, outChannels, filterHeight, filterWidth }: Window,
  { top, left, height, width, taps }: UsedTaps,
): void {
  const { model } = lowering;
  const gradients = taps.map(({ down, across }) => {
    if (down.count === 0 || across.count === 0) return zeros(lowering, [inChannels, outChannels]);
    const pixels = tapPixels(lowering, x, { down, across, of: 'input' });
    return model.op('Gemm', [pixels, tapPixels(lowering, dy, { down, across, of: 'output' })], { transA: 1 });
  });
  const joined = model.op('Concat', gradients, { axis: 0 });
  const used = lowering.reshape(joined, [height, width, inChannels, outChannels]);
  const after = [filterHeight - top - height, filterWidth - left - width] as const;
  lowering.set(dFilter, 'plain', pad(lowering, used, [top, left, 0, 0, ...after, 0, 0]));
}

const sizeOfPixel = ({ down, across }: OutputPixel): number => down.count * across.count;

/** The taps that an output pixel uses: [taps x C, D]. Equal rectangles are one operator. */
function tapMatrix(lowering: Lowering, filter: Value, { inChannels, outChannels }: Window, pixel: OutputPixel): Name {
  const { down, across } = pixel;
  const whole = lowering.get(filter, 'plain');
  const taps = rectangle(lowering, whole, [0, 1], [down.tap, across.tap], pixel, filter.shape.slice(0, 2));
  return lowering.reshape(taps, [sizeOfPixel(pixel) * inChannels, outChannels]);
}

/** As many rows and columns as an output pixel uses, from `begin` on. */
function rectangle(
  lowering: Lowering,
  name: Name,
  axes: readonly [number, number],
  [row, column]: readonly [number, number],
  { down, across }: OutputPixel,
  [height, width]: readonly number[],
): Name {
  if (down.count === height && across.count === width) return name;
  return slice(lowering, name, axes, [row, column], [row + down.count, column + across.count]);
}

/** The pixels of images, or of outputs, at which a tap meets the image: [N x pixels, channels]. */
function tapPixels(
  lowering: Lowering,
  images: Value,
  { down, across, of }: { readonly down: TapRange; readonly across: TapRange; readonly of: 'input' | 'output' },
): Name {
  const [, height, width, channels = 0] = images.shape;
  const whole = lowering.get(images, 'plain');
  const strides = of === 'input' ? [down.stride, across.stride] : [1, 1];
  const [rowStride = 1, columnStride = 1] = strides;
  const begin = [down[of], across[of]];
  const end = [down[of] + (down.count - 1) * rowStride + 1, across[of] + (across.count - 1) * columnStride + 1];
  const isWhole = down.count === height && across.count === width;
  return lowering.reshape(isWhole ? whole : slice(lowering, whole, [1, 2], begin, end, strides), [-1, channels]);
}

const zeros = ({ model }: Lowering, shape: readonly number[]): Name =>
  model.op('Expand', [model.scalar(0), model.integers(shape)]);
