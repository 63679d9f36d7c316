/**
 * A convolution, and the gradient of its images, as one matrix product with the filter as it is in memory.
 *
 * The rows of the product are the images' pixels: for each output, the pixels that the taps meet there.
 */
import type { Window } from '../../graph/attributes.ts';
import type { FilterTap, UsedTaps } from '../../graph/filter-tap-ranges.ts';
import type { Edge, TfType } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';
import { takeSlice, padImages, putSlice, type SliceRange } from './slices.ts';
import { addAll, concatenate, multiply } from './matrices.ts';

/** @param x images [N, H, W, C], `filter` [rows, columns, C, D]; gives [N, H', W', D] */
export function convolutionByProduct(
  lowering: Lowering,
  window: Window,
  used: UsedTaps,
  x: Edge,
  filter: Edge,
  type: TfType,
): Edge {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = window;
  const padded = [
    batchSize,
    inHeight + padInfo.top + padInfo.bottom,
    inWidth + padInfo.left + padInfo.right,
    inChannels,
  ];
  const images = padImages(lowering, x, type, window);
  const parts = used.taps.map((tap) => takeSlice(lowering, images, type, padded, seenBy(window, tap)));
  const rows = lowering.reshape(concatenate(lowering, parts, 3, type), type, [
    batchSize * outHeight * outWidth,
    used.taps.length * inChannels,
  ]);
  return lowering.reshape(multiply(lowering, rows, filterMatrix(lowering, window, used, filter, type), type), type, [
    batchSize,
    outHeight,
    outWidth,
    outChannels,
  ]);
}

/**
 * The gradients of the taps are added in float32, as a convolution does.
 *
 * @param dy [N, H', W', D], `filter` [rows, columns, C, D]; gives the gradient [N, H, W, C]
 */
export function imagesByProduct(
  lowering: Lowering,
  window: Window,
  used: UsedTaps,
  filter: Edge,
  dy: Edge,
  type: TfType,
): Edge {
  const { batchSize: batch, inHeight, inWidth, inChannels: channels, outHeight, outWidth, outChannels } = window;
  const rows = lowering.reshape(dy, type, [batch * outHeight * outWidth, outChannels]);
  const shape = [batch, outHeight, outWidth, used.taps.length * channels];
  const sum = used.taps.length === 1 ? type : 'float32';
  const gradients = lowering.cast(
    lowering.reshape(
      multiply(lowering, rows, filterMatrix(lowering, window, used, filter, type), type, true),
      type,
      shape,
    ),
    type,
    sum,
  );
  const terms = used.taps.flatMap(({ down, across }, i) => {
    const size = [batch, down.count, across.count, channels];
    if (size.includes(0)) return [];
    const term = takeSlice(lowering, gradients, sum, shape, {
      begin: [0, down.output, across.output, i * channels],
      size,
      strides: [1, 1, 1, 1],
    });
    return [
      putSlice(lowering, term, sum, [batch, inHeight, inWidth, channels], {
        begin: [0, down.input, across.input, 0],
        size,
        strides: [1, down.stride, across.stride, 1],
      }),
    ];
  });
  return lowering.cast(addAll(lowering, terms, sum), sum, type);
}

/** [taps x C, D] */
function filterMatrix(
  lowering: Lowering,
  { filterHeight, filterWidth, inChannels, outChannels }: Window,
  { top, left, height, width, taps }: UsedTaps,
  filter: Edge,
  type: TfType,
): Edge {
  const shape = [filterHeight, filterWidth, inChannels, outChannels];
  const met = takeSlice(lowering, filter, type, shape, {
    begin: [top, left, 0, 0],
    size: [height, width, inChannels, outChannels],
    strides: [1, 1, 1, 1],
  });
  return lowering.reshape(met, type, [taps.length * inChannels, outChannels]);
}

/** The pixels of padded images that a tap sees, one for each output. */
function seenBy(
  { batchSize, inChannels, outHeight, outWidth, strideHeight, strideWidth, dilationHeight, dilationWidth }: Window,
  { row, column }: FilterTap,
): SliceRange {
  return {
    begin: [0, row * dilationHeight, column * dilationWidth, 0],
    size: [batchSize, outHeight, outWidth, inChannels],
    strides: [1, strideHeight, strideWidth, 1],
  };
}
