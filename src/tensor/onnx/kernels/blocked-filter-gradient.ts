/**
 * Gradients of filters on ONNX Runtime's blocked operators; see blocked-convolution.ts. Each returns true if the shapes
 * allow it.
 */
import type { Window } from '../../graph/attributes.ts';
import type { Value } from '../../graph/node.ts';
import { imageSides } from '../../graph/sides.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import type { FilterGradient } from './convolution-tensors.ts';
import { isDense } from './blocked-convolution.ts';

/**
 * The gradient of the filter is a convolution of x with dy in which channels are the batch and the batch is the
 * channels. Both are blocked again, with the batch within the block. Columns are then b channels apart, and dilation
 * steps over these.
 */
export function blockedFilterGradient(lowering: Lowering, tensors: FilterGradient, window: Window): boolean {
  const { strideHeight, strideWidth } = window;
  const isBlocked = lowering.block !== null && lowering.layout(tensors.dy) === 'blocked';
  if (!isBlocked || !isDense(window) || strideHeight !== strideWidth) return false;
  const kept = lowering.layout(tensors.dFilter);
  if (kept === 'filter-by-output') return pointwiseFilterGradient(lowering, tensors, window);
  if (kept === 'filter-by-input') return spatialFilterGradient(lowering, tensors, window);
  if (kept === 'filter-of-few') return firstFilterGradient(lowering, tensors, window);
  return false;
}

/** The padding of x with which dy fits as often as the filter is wide. */
function margins({
  padInfo,
  strideHeight,
  strideWidth,
  filterHeight,
  filterWidth,
  inHeight,
  inWidth,
  outHeight,
  outWidth,
}: Window) {
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
  const { batch } = imageSides(value.shape);
  const missing = filled(batch, lowering.blockSize) - batch;
  return missing === 0 ? name : model.op('Pad', [name, model.integers([0, 0, 0, 0, missing, 0, 0, 0])]);
}

/** x as [N/b, C/b, H, W, b channels, b images]. */
function imagesInnermost(lowering: Lowering, x: Value): Name {
  const block = lowering.blockSize;
  const { batch: images, height, width, channels } = imageSides(x.shape);
  const batch = filled(images, block);
  const parted = lowering.reshape(withFilledBatch(lowering, x, 'blocked'), [
    batch / block,
    block,
    channels * height,
    width,
  ]);
  const turned = lowering.model.op('ReorderInput', [parted], {}, 'com.microsoft.nchwc');
  return lowering.reshape(turned, [batch / block, channels / block, height, width, block * block]);
}

/** dy as a filter of the convolution: [out/b, N/b, H W, b images, b out]. */
function gradientAsFilter(lowering: Lowering, dy: Value): Name {
  const block = lowering.blockSize;
  const { batch: images, height, width, channels } = imageSides(dy.shape);
  const batch = filled(images, block);
  return lowering.transpose(
    lowering.reshape(withFilledBatch(lowering, dy, 'blocked'), [
      batch / block,
      block,
      channels / block,
      height * width,
      block,
    ]),
    [2, 0, 3, 1, 4],
  );
}

function spatialFilterGradient(lowering: Lowering, { x, dy, dFilter }: FilterGradient, window: Window): boolean {
  const block = lowering.blockSize;
  const { inChannels, outChannels, inHeight, inWidth, outHeight, outWidth, strideHeight: stride } = window;
  const batchSize = filled(window.batchSize, block);
  const { top, left, bottom, right } = margins(window);
  if (bottom < 0 || right < 0) return false;
  const blocks = inChannels / block;
  const byChannels = lowering.transpose(
    lowering.reshape(imagesInnermost(lowering, x), [batchSize / block, blocks, inHeight * inWidth * block * block]),
    [1, 0, 2],
  );
  const padded = padColumns(
    lowering,
    lowering.reshape(byChannels, [(blocks * batchSize * inHeight) / block, inWidth, block * block]),
    left,
    right,
  );
  lowering.defer(dFilter, {
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
function pointwiseFilterGradient(lowering: Lowering, { x, dy, dFilter }: FilterGradient, window: Window): boolean {
  const block = lowering.blockSize;
  const { batchSize, inChannels, outChannels, outHeight, outWidth, padInfo } = window;
  if ([padInfo.top, padInfo.left, padInfo.bottom, padInfo.right].some((side) => side > 0)) return false;
  const pixels = outHeight * outWidth;
  // Blocks of images cost the fewest moves; if images do not fill them, pixels may.
  const byPixels = batchSize % block > 0 && (batchSize * pixels) % block === 0;
  const count = byPixels ? batchSize * pixels : filled(batchSize, block) * pixels;
  lowering.defer(dFilter, {
    x: lowering.reshape(byPixels ? pixelsInnermost(lowering, x, window) : imagesOfPixels(lowering, x, window), [
      1,
      count,
      inChannels / block,
      block,
    ]),
    filter: lowering.reshape(byPixels ? gradientByPixels(lowering, dy) : gradientAsFilter(lowering, dy), [
      outChannels,
      count,
      1,
      1,
    ]),
    attributes: { kernel_shape: [1, 1] },
  });
  return true;
}

/** The pixels of x that 1x1 meets, as [N/b, H W, C/b, b channels, b images]. */
function imagesOfPixels(lowering: Lowering, x: Value, window: Window): Name {
  const block = lowering.blockSize;
  const { batchSize, inChannels, outHeight, outWidth } = window;
  const met = everyStride(lowering, imagesInnermost(lowering, x), window); // [N/b, C/b, H, W, b b]
  return lowering.transpose(
    lowering.reshape(met, [filled(batchSize, block) / block, inChannels / block, outHeight * outWidth, block * block]),
    [0, 2, 1, 3],
  );
}

/** The same as [N H W/b, C, b pixels]. */
function pixelsInnermost(lowering: Lowering, x: Value, window: Window): Name {
  const block = lowering.blockSize;
  const { batchSize, inChannels, inHeight, inWidth, outHeight, outWidth } = window;
  const pixels = outHeight * outWidth;
  const met = everyStride(
    lowering,
    lowering.reshape(lowering.get(x, 'blocked'), [batchSize, inChannels / block, inHeight, inWidth, block]),
    window,
  );
  // [N, H W, C/b, b].
  const rows = lowering.transpose(lowering.reshape(met, [batchSize, inChannels / block, pixels, block]), [0, 2, 1, 3]);
  return lowering.model.op(
    'ReorderInput',
    [lowering.reshape(rows, [(batchSize * pixels) / block, block, 1, inChannels])],
    {},
    'com.microsoft.nchwc',
  );
}

/** dy as [out/b, N H W, b]. */
function gradientByPixels(lowering: Lowering, dy: Value): Name {
  const block = lowering.blockSize;
  const { batch: images, height, width, channels } = imageSides(dy.shape);
  return lowering.transpose(
    lowering.reshape(lowering.get(dy, 'blocked'), [images, channels / block, height * width, block]),
    [1, 0, 2, 3],
  );
}

/** The rows and columns of [., ., H, W, .] that a filter of one tap meets. */
function everyStride(
  { model }: Lowering,
  images: Name,
  { inHeight, inWidth, outHeight, outWidth, strideHeight: stride }: Window,
): Name {
  if (stride === 1 && outHeight === inHeight && outWidth === inWidth) return images;
  const ends = [(outHeight - 1) * stride + 1, (outWidth - 1) * stride + 1];
  return model.op('Slice', [
    images,
    model.integers([0, 0]),
    model.integers(ends),
    model.integers([2, 3]),
    model.integers([stride, stride]),
  ]);
}

/** For the few channels of the first convolution, which lie innermost of the columns instead of a block. */
function firstFilterGradient(lowering: Lowering, { x, dy, dFilter }: FilterGradient, window: Window): boolean {
  const { model } = lowering;
  const block = lowering.blockSize;
  const {
    inChannels,
    outChannels,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    strideHeight: stride,
  } = window;
  const batchSize = filled(window.batchSize, block);
  const { top, left, bottom, right } = margins(window);
  if (bottom < 0 || right < 0) return false;
  const parted = lowering.reshape(withFilledBatch(lowering, x, 'channels-first'), [
    batchSize / block,
    block,
    inChannels * inHeight,
    inWidth,
  ]);
  const turned = lowering.reshape(model.op('ReorderInput', [parted], {}, 'com.microsoft.nchwc'), [
    batchSize / block,
    inChannels,
    inHeight,
    inWidth,
    block,
  ]);
  const lined = lowering.reshape(lowering.transpose(turned, [0, 2, 3, 1, 4]), [
    (batchSize / block) * inHeight,
    inWidth,
    inChannels * block,
  ]);
  const gradient = lowering.convolve({
    x: lowering.reshape(padColumns(lowering, lined, left, right), [
      1,
      batchSize,
      inHeight,
      (left + inWidth + right) * inChannels,
    ]),
    filter: lowering.reshape(gradientAsFilter(lowering, dy), [outChannels, batchSize, outHeight, outWidth]),
    attributes: {
      kernel_shape: [outHeight, outWidth],
      pads: [top, 0, bottom, 0],
      dilations: [stride, stride * inChannels],
    },
  }); // [out/b, kh, kw in, b out]
  const split = lowering.reshape(gradient, [outChannels / block, filterHeight, filterWidth, inChannels, block]);
  const arrangement = lowering.arrangement(dFilter, 'filter-of-few');
  lowering.set(
    dFilter,
    'filter-of-few',
    lowering.reshape(lowering.transpose(split, [0, 3, 1, 2, 4]), arrangement.declared),
  );
  return true;
}
