/** One pass over packed images: the facts that an audit needs of each. */
import { digestOf } from '../../../util/digest.ts';
import type { PackedImages } from '../packed-images.ts';
import { imageSignature, type ImageSignature } from './signature.ts';

export interface HashedImage {
  /** The digest of the packed bytes: equal images have equal digests. */
  readonly digest: string;
  readonly signature: ImageSignature;
  /** Mean of red, green and blue, 0 to 255. */
  readonly color: readonly [number, number, number];
}

/** In the order of the rows. */
export async function hashImages(images: PackedImages, onProgress?: (done: number) => void): Promise<HashedImage[]> {
  const seen: HashedImage[] = [];
  for (let row = 0; row < images.count; row++) {
    const image = await images.read([row]);
    seen.push({ digest: digestOf(image), signature: imageSignature(image, images.size), color: meanColor(image) });
    onProgress?.(row + 1);
  }
  return seen;
}

function meanColor(image: Uint8Array): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < image.length; i += 3)
    for (const channel of [0, 1, 2] as const) sums[channel] += image[i + channel] ?? 0;
  const pixels = image.length / 3;
  return [sums[0] / pixels, sums[1] / pixels, sums[2] / pixels];
}
