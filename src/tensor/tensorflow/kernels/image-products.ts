/**
 * A convolution, and the gradient of its images, as one matrix product with the filter as it is in memory.
 *
 * oneDNN convolves in blocks, which a few pixels do not fill. It also converts filters to blocks first; in training,
 * filters change, so it does this twice in every step. A product takes the filter as it is. Its rows are the images'
 * pixels: for each output, the pixels that the taps meet there.
 */
import type { Window } from '../../graph/attributes.ts';
import { usedTaps, type UsedTaps, type FilterTap } from '../../graph/filter-tap-ranges.ts';
import { attribute, type Edge, type TfType } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';
import { takeSlice, padImages, putSlice, type SliceRange } from './slices.ts';
import { int32Type } from './kernel.ts';

/** The number of output pixels up to which the product was measured to be faster, for all batch sizes. */
const SMALL = 9;
/** With a single tap, the images are the rows. */
const SMALL_FOR_ONE_TAP = 64;

/** The taps of a filter that is worth a product. */
export function tapsForProduct(window: Window): UsedTaps | undefined {
  const { outHeight, outWidth, filterHeight, filterWidth } = window;
  const most = filterHeight * filterWidth === 1 ? SMALL_FOR_ONE_TAP : SMALL;
  return outHeight * outWidth <= most ? usedTaps(window) : undefined;
}

/** @param x images [N, H, W, C], `filter` [rows, columns, C, D]; gives [N, H', W', D] */
export function convolutionByProduct(
  lowering: Lowering,
  window: Window,
  met: UsedTaps,
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
  const parts = met.taps.map((tap) => takeSlice(lowering, images, type, padded, seenBy(window, tap)));
  const rows = lowering.reshape(concatenate(lowering, parts, type), type, [
    batchSize * outHeight * outWidth,
    met.taps.length * inChannels,
  ]);
  return lowering.reshape(
    multiply(lowering, rows, filterMatrix(lowering, window, met, filter, type), type, false),
    type,
    [batchSize, outHeight, outWidth, outChannels],
  );
}

/**
 * The gradients of the taps are added in float32, as a convolution does.
 *
 * @param dy [N, H', W', D], `filter` [rows, columns, C, D]; gives the gradient [N, H, W, C]
 */
export function imagesByProduct(
  lowering: Lowering,
  window: Window,
  met: UsedTaps,
  filter: Edge,
  dy: Edge,
  type: TfType,
): Edge {
  const { batchSize: batch, inHeight, inWidth, inChannels: channels, outHeight, outWidth, outChannels } = window;
  const rows = lowering.reshape(dy, type, [batch * outHeight * outWidth, outChannels]);
  const shape = [batch, outHeight, outWidth, met.taps.length * channels];
  const sum = met.taps.length === 1 ? type : 'float32';
  const gradients = lowering.cast(
    lowering.reshape(
      multiply(lowering, rows, filterMatrix(lowering, window, met, filter, type), type, true),
      type,
      shape,
    ),
    type,
    sum,
  );
  const terms = met.taps.flatMap(({ down, across }, i) => {
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
  return lowering.cast(add(lowering, terms, sum), sum, type);
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

/** Along channels. */
function concatenate({ graph }: Lowering, parts: readonly Edge[], type: TfType): Edge {
  return parts.length === 1
    ? parts[0]!
    : graph.op('ConcatV2', [...parts, graph.integer(3)], {
        T: attribute.type(type),
        N: attribute.integer(parts.length),
        Tidx: int32Type,
      });
}

function add(lowering: Lowering, terms: readonly Edge[], type: TfType): Edge {
  return terms.length === 1
    ? terms[0]!
    : lowering.op('AddN', terms, { T: attribute.type(type), N: attribute.integer(terms.length) });
}

function multiply(lowering: Lowering, rows: Edge, matrix: Edge, type: TfType, turned: boolean): Edge {
  return lowering.op('MatMul', [rows, matrix], {
    T: attribute.type(type),
    transpose_a: attribute.truth(false),
    transpose_b: attribute.truth(turned),
  });
}
