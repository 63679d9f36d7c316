/**
 * The gradient of a filter as one matrix product for each of its taps: the pixels that the tap meets, by channels.
 *
 * oneDNN's own gradient of filters is made for large images; on images of a few pixels it computes mostly padding. In
 * bfloat16, 512 channels at 2x2 pixels in a batch of 32 take it 5.2 ms on two cores; the products take 1.4 ms.
 */
import type { Window } from '../../graph/attributes.ts';
import { attribute, type Edge, type TfType } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';
import { takeSlice } from './slices.ts';
import { int32Type } from './kernel.ts';
import { tapColumnRanges, tapRowRanges, type TapRange } from '../../graph/filter-tap-ranges.ts';

/** Pixels of dy up to which products were measured to be the faster way. Cutting taps out of images costs copies. */
const SMALL: Partial<Record<TfType, number>> = { float32: 16, bfloat16: 49 };
/** Often the same number without copies: for the only tap of a filter without strides. */
const WHOLE = 4;
/** Fewer channels make poor matrices. */
const FEWEST_CHANNELS = 16;

export function prefersProducts(
  { outHeight, outWidth, inChannels, outChannels, filterHeight, filterWidth, strideHeight, strideWidth }: Window,
  type: TfType,
): boolean {
  const isWhole = filterHeight * filterWidth * strideHeight * strideWidth === 1;
  const most = (SMALL[type] ?? 0) * (isWhole ? WHOLE : 1);
  return outHeight * outWidth <= most && Math.min(inChannels, outChannels) >= FEWEST_CHANNELS;
}

/** @param x images [N, H, W, C], `dy` [N, H', W', D]; gives [rows, columns, C, D] */
export function filterByProducts(lowering: Lowering, window: Window, x: Edge, dy: Edge, type: TfType): Edge {
  const { graph } = lowering;
  const T = attribute.type(type);
  const { inChannels, outChannels, filterHeight, filterWidth } = window;
  const columns = tapColumnRanges(window);
  const taps = tapRowRanges(window).flatMap((down) =>
    columns.map((across) => {
      if (down.count === 0 || across.count === 0)
        return graph.op('Fill', [graph.integers([inChannels, outChannels]), lowering.number(0, type)], {
          T,
          index_type: int32Type,
        });
      const pixels = matrix(lowering, window, x, type, { down, across, of: 'input' });
      const gradients = matrix(lowering, window, dy, type, { down, across, of: 'output' });
      return graph.op('MatMul', [pixels, gradients], {
        T,
        transpose_a: attribute.truth(true),
        transpose_b: attribute.truth(false),
      });
    }),
  );
  const stacked = graph.op('Pack', taps, { T, N: attribute.integer(taps.length), axis: attribute.integer(0) });
  return lowering.reshape(stacked, type, [filterHeight, filterWidth, inChannels, outChannels]);
}

/** The pixels that meet, as rows of a matrix. */
function matrix(
  lowering: Lowering,
  window: Window,
  images: Edge,
  type: TfType,
  { down, across, of }: { down: TapRange; across: TapRange; of: 'input' | 'output' },
): Edge {
  const { batchSize: batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = window;
  const [height, width, channels] =
    of === 'input' ? [inHeight, inWidth, inChannels] : [outHeight, outWidth, outChannels];
  const [rowStride, columnStride] = of === 'input' ? [down.stride, across.stride] : [1, 1];
  const part = takeSlice(lowering, images, type, [batch, height, width, channels], {
    begin: [0, down[of], across[of], 0],
    size: [batch, down.count, across.count, channels],
    strides: [1, rowStride, columnStride, 1],
  });
  return lowering.reshape(part, type, [batch * down.count * across.count, channels]);
}
