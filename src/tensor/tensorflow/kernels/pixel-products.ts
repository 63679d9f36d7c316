/**
 * A convolution on images of few pixels, and the gradient of its images, as products for each output pixel with the
 * taps that it uses.
 *
 * One product for all pixels (image-products.ts) multiplies zeros wherever a tap lies on padding: five of nine products
 * of a 3x3 filter on images of 2x2 pixels. A product here takes one row of an output pixel's taps. This row is
 * contiguous in the filter, so its slice is no copy.
 */
import type { Window } from '../../graph/attributes.ts';
import type { OutputPixel } from '../../graph/output-pixels.ts';
import { attribute, type Edge, type TfType } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';
import { int32Type } from './kernel.ts';
import { addProducts, concatenate, multiply, takeColumns, takeRows } from './matrices.ts';

/** @param x images [N, H, W, C], `filter` [rows, columns, C, D]; gives [N, H', W', D] */
export function convolutionByPixels(
  lowering: Lowering,
  window: Window,
  pixels: readonly OutputPixel[],
  x: Edge,
  filter: Edge,
  type: TfType,
): Edge {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = window;
  const shape = [batchSize, inHeight * inWidth * inChannels] as const;
  const images = lowering.reshape(x, type, shape);
  const rowsOfFilter = filterRows(lowering, window, filter, type);
  // Output pixels share rows of images.
  const rows = new Map<number, Edge>();
  const rowOfImages = (row: number, { input, count }: OutputPixel['across']): Edge => {
    const from = (row * inWidth + input) * inChannels;
    const key = from * (inWidth + 1) + count;
    const known = rows.get(key) ?? takeColumns(lowering, images, type, shape, from, count * inChannels);
    rows.set(key, known);
    return known;
  };
  const outputs = pixels.map(({ down, across }) => {
    const terms = rowsUsed({ down, across }).map((i) =>
      multiply(lowering, rowOfImages(down.input + i, across), rowsOfFilter(down.tap + i, across), type),
    );
    return terms.length === 0 ? zeros(lowering, [batchSize, outChannels], type) : addProducts(lowering, terms, type);
  });
  return lowering.reshape(concatenate(lowering, outputs, 1, type), type, [batchSize, outHeight, outWidth, outChannels]);
}

/** @param dy [N, H', W', D], `filter` [rows, columns, C, D]; gives the gradient [N, H, W, C] */
export function imagesByPixels(
  lowering: Lowering,
  window: Window,
  pixels: readonly OutputPixel[],
  filter: Edge,
  dy: Edge,
  type: TfType,
): Edge {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = window;
  const shape = [batchSize, outHeight * outWidth * outChannels] as const;
  const gradients = lowering.reshape(dy, type, shape);
  const rowsOfFilter = filterRows(lowering, window, filter, type);
  const terms = Array.from({ length: inHeight }, (): Edge[] => []);
  for (const [number, { down, across }] of pixels.entries()) {
    const gradient = takeColumns(lowering, gradients, type, shape, number * outChannels, outChannels);
    for (const i of rowsUsed({ down, across })) {
      const product = multiply(lowering, gradient, rowsOfFilter(down.tap + i, across), type, true);
      terms[down.input + i]?.push(widen(lowering, product, type, across, window));
    }
  }
  const rows = terms.map((ofRow) =>
    ofRow.length === 0 ? zeros(lowering, [batchSize, inWidth * inChannels], type) : addProducts(lowering, ofRow, type),
  );
  return lowering.reshape(concatenate(lowering, rows, 1, type), type, [batchSize, inHeight, inWidth, inChannels]);
}

/** The numbers of the rows of taps that an output pixel uses; none on padding alone. */
const rowsUsed = ({ down, across }: OutputPixel): number[] =>
  Array.from({ length: across.count === 0 ? 0 : down.count }, (_, i) => i);

/** Taps that lie side by side in one row of the filter: [taps x C, D]. */
function filterRows(
  lowering: Lowering,
  { filterHeight, filterWidth, inChannels, outChannels }: Window,
  filter: Edge,
  type: TfType,
): (row: number, across: OutputPixel['across']) => Edge {
  const shape = [filterHeight * filterWidth * inChannels, outChannels] as const;
  const flat = lowering.reshape(filter, type, shape);
  return (row, { tap, count }) =>
    takeRows(lowering, flat, type, shape, (row * filterWidth + tap) * inChannels, count * inChannels);
}

/** Zeros for the columns of a row of images that an output pixel does not use. */
function widen(
  { graph }: Lowering,
  row: Edge,
  type: TfType,
  { input, count }: OutputPixel['across'],
  { inWidth, inChannels }: Window,
): Edge {
  if (count === inWidth) return row;
  const sides = Int32Array.of(0, 0, input * inChannels, (inWidth - input - count) * inChannels);
  return graph.op('Pad', [row, graph.constant('int32', [2, 2], sides)], {
    T: attribute.type(type),
    Tpaddings: int32Type,
  });
}

const zeros = (lowering: Lowering, shape: readonly number[], type: TfType): Edge =>
  lowering.op('Fill', [lowering.graph.integers(shape), lowering.number(0, type)], {
    T: attribute.type(type),
    index_type: int32Type,
  });
