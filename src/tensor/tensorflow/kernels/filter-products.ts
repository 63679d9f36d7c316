/**
 * The gradient of a filter as one matrix product for each of its taps: where a tap meets the images, pixels by channels.
 *
 * oneDNN's own gradient of filters is made for large images; on images of a few pixels it computes mostly padding. In bfloat16, 512
 * channels at 2x2 pixels in a batch of 32 take it 5.2 ms on two cores, where the products take 1.4.
 */
import type { Window } from '../../graph/attributes.ts';
import { attribute, type Edge, type TfType } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';
import { int32 } from './kernel.ts';

/** Pixels of dy up to which products were measured to be the faster way. Cutting taps out of images costs copies. */
const SMALL: Partial<Record<TfType, number>> = { float32: 16, bfloat16: 49 };
/** As often as much where no copies are made: the only tap of a filter without strides. */
const WHOLE = 4;
/** Fewer channels make poor matrices. */
const FEWEST_CHANNELS = 16;

export function isWorthProducts({ outHeight, outWidth, inChannels, outChannels, filterHeight, filterWidth, strideHeight, strideWidth }: Window, type: TfType): boolean {
  const isWhole = filterHeight * filterWidth * strideHeight * strideWidth === 1;
  const most = (SMALL[type] ?? 0) * (isWhole ? WHOLE : 1);
  return outHeight * outWidth <= most && Math.min(inChannels, outChannels) >= FEWEST_CHANNELS;
}

/** @param x images [N, H, W, C], `dy` [N, H', W', D]; gives [rows, columns, C, D] */
export function filterByProducts(lowering: Lowering, window: Window, x: Edge, dy: Edge, type: TfType): Edge {
  const { graph } = lowering;
  const T = attribute.type(type);
  const { inChannels, outChannels, filterHeight, filterWidth } = window;
  const rows = Array.from({ length: filterHeight }, (_, tap) => rowsOf(window, tap));
  const columns = Array.from({ length: filterWidth }, (_, tap) => columnsOf(window, tap));
  const taps = rows.flatMap((down) =>
    columns.map((across) => {
      if (down.count === 0 || across.count === 0) return graph.op('Fill', [graph.integers([inChannels, outChannels]), lowering.number(0, type)], { T, index_type: int32 });
      const pixels = matrix(lowering, window, x, type, { down, across, of: 'input' });
      const gradients = matrix(lowering, window, dy, type, { down, across, of: 'output' });
      return graph.op('MatMul', [pixels, gradients], { T, transpose_a: attribute.truth(true), transpose_b: attribute.truth(false) });
    }),
  );
  const stacked = graph.op('Pack', taps, { T, N: attribute.integer(taps.length), axis: attribute.integer(0) });
  return lowering.reshape(stacked, type, [filterHeight, filterWidth, inChannels, outChannels]);
}

/** Where one tap of a filter meets the image along one axis: at `count` outputs from `output` on, at inputs `stride` apart from `input` on. */
interface Meeting {
  readonly output: number;
  readonly input: number;
  readonly count: number;
  readonly stride: number;
}

function meeting(offset: number, stride: number, side: number, outputs: number): Meeting {
  const first = Math.max(0, Math.ceil(-offset / stride));
  const last = Math.min(outputs - 1, Math.floor((side - 1 - offset) / stride));
  return { output: first, input: first * stride + offset, count: Math.max(0, last - first + 1), stride };
}

const rowsOf = ({ padInfo, strideHeight, dilationHeight, inHeight, outHeight }: Window, tap: number): Meeting => meeting(tap * dilationHeight - padInfo.top, strideHeight, inHeight, outHeight);

const columnsOf = ({ padInfo, strideWidth, dilationWidth, inWidth, outWidth }: Window, tap: number): Meeting => meeting(tap * dilationWidth - padInfo.left, strideWidth, inWidth, outWidth);

/** The pixels that meet, as rows of a matrix. */
function matrix(lowering: Lowering, window: Window, images: Edge, type: TfType, { down, across, of }: { down: Meeting; across: Meeting; of: 'input' | 'output' }): Edge {
  const { batchSize: batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = window;
  const [height, width, channels] = of === 'input' ? [inHeight, inWidth, inChannels] : [outHeight, outWidth, outChannels];
  const [rowStride, columnStride] = of === 'input' ? [down.stride, across.stride] : [1, 1];
  const isAll = down.count === height && across.count === width;
  const part = isAll ? images : slice(lowering, images, type, [0, down[of], across[of], 0], [batch, down.count, across.count, channels], [1, rowStride, columnStride, 1]);
  return lowering.reshape(part, type, [batch * down.count * across.count, channels]);
}

function slice({ graph }: Lowering, edge: Edge, type: TfType, begin: readonly number[], size: readonly number[], strides: readonly number[]): Edge {
  const attributes = { T: attribute.type(type), Index: int32 };
  if (strides.every((stride) => stride === 1)) return graph.op('Slice', [edge, graph.integers(begin), graph.integers(size)], attributes);
  const end = begin.map((at, axis) => at + (size[axis]! - 1) * strides[axis]! + 1);
  return graph.op('StridedSlice', [edge, graph.integers(begin), graph.integers(end), graph.integers(strides)], attributes);
}
