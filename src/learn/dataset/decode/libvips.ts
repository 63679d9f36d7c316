/** Any image that libvips knows, turned upright, in 8-bit sRGB. */
import sharp, { type Sharp } from 'sharp';
import { err, ok, type Result } from '../../../util/result.ts';
import type { Pixels } from './pixels.ts';
import { unusableNumbers } from './unusable-numbers.ts';

// Files are read once: a cache would only hold memory. Images run in parallel, not the rows of one image.
sharp.cache(false);
sharp.concurrency(1);

/** A path, or the bytes of a file. The error says why it cannot be decoded whole. */
export async function decodeByLibvips(file: string | Uint8Array, size: number): Promise<Result<Uint8Array, string>> {
  try {
    const unusable = await unusableNumbers(file);
    if (unusable !== undefined) return err(unusable);
    return ok(await squared(sharp(file, { failOn: 'truncated' }).autoOrient(), size));
  } catch (error) {
    return err((error as Error).message.replace('Input buffer', 'Input file').trim().replaceAll(/\s+/g, ' '));
  }
}

/** As `decodeImage`, of an image that is decoded already. */
export function decodePixels({ data, ...raw }: Pixels, size: number): Promise<Uint8Array> {
  return squared(sharp(data, { raw }), size);
}

function squared(image: Sharp, size: number): Promise<Uint8Array> {
  return image
    .resize(size, size, { fit: 'cover', position: 'center', kernel: 'lanczos3' })
    .flatten({ background: '#000000' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
}
