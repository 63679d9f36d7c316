/**
 * Selects the convolutions that become matrix products: those on images of few pixels.
 *
 * oneDNN convolves in blocks, which few pixels do not fill. It also converts filters to blocks first; in training,
 * filters change, so it does this twice in every step. Products take the filter as it is.
 */
import type { Window } from '../graph/attributes.ts';
import { usedTaps, type UsedTaps } from '../graph/filter-tap-ranges.ts';
import { sparseOutputPixels, type OutputPixel } from '../graph/output-pixels.ts';
import type { TfType } from './graph-def.ts';

export type ConvolutionWay =
  | { readonly kind: 'convolution' }
  /** One product of all pixels with all used taps. */
  | { readonly kind: 'whole'; readonly used: UsedTaps }
  /** Products for each output pixel with the taps that it uses. */
  | { readonly kind: 'pixels'; readonly pixels: readonly OutputPixel[] };

/** The number of output pixels up to which products were measured to be faster, for all batch sizes. */
const SMALL = 9;
/** With a single tap, the images are the rows. */
const SMALL_FOR_ONE_TAP = 64;
/** In float32 and with so many channels, products by pixels gain a fifth here as well. */
const SMALL_FOR_MANY_CHANNELS = 16;
const MANY_CHANNELS = 256;

export function wayOfConvolution(window: Window, type: TfType): ConvolutionWay {
  const { outHeight, outWidth, filterHeight, filterWidth } = window;
  const size = outHeight * outWidth;
  if (filterHeight * filterWidth === 1) return size <= SMALL_FOR_ONE_TAP ? wholeProduct(window) : CONVOLUTION;
  const pixels = size <= largestForPixels(window, type) ? sparseOutputPixels(window) : undefined;
  if (pixels !== undefined) return { kind: 'pixels', pixels };
  return size <= SMALL ? wholeProduct(window) : CONVOLUTION;
}

export const CONVOLUTION: ConvolutionWay = { kind: 'convolution' };

function largestForPixels({ inChannels, outChannels }: Window, type: TfType): number {
  const isWide = type === 'float32' && Math.min(inChannels, outChannels) >= MANY_CHANNELS;
  return isWide ? SMALL_FOR_MANY_CHANNELS : SMALL;
}

function wholeProduct(window: Window): ConvolutionWay {
  const used = usedTaps(window);
  return used === undefined ? CONVOLUTION : { kind: 'whole', used };
}
