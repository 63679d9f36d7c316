/**
 * Selects the convolutions that become matrix products (kernels/products.ts): those on images of a few pixels.
 *
 * Blocked operators fill their registers with the pixels of a row, and gradients bring filters into other blocks; both
 * costs more there than it gains. Products take images and filters as they are in memory.
 */
import { windowOf, type Window } from '../graph/attributes.ts';
import type { Node } from '../graph/node.ts';
import { usedTaps, type UsedTaps } from '../graph/filter-tap-ranges.ts';

/** The number of output pixels up to which products were measured to be faster, for all batch sizes. */
const SMALL = 9;

/** The taps of a filter that is worth a product. */
export function tapsForProduct(window: Window): UsedTaps | undefined {
  return window.outHeight * window.outWidth <= SMALL ? usedTaps(window) : undefined;
}

export const isProduct = (node: Node): boolean =>
  node.kernel.startsWith('Conv2D') && tapsForProduct(windowOf(node)) !== undefined;
