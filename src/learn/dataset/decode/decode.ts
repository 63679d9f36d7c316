/** One image file to RGB bytes of a fixed size, by libvips. */
import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { err, ok, type Result } from '../../../util/result.ts';
import { unusableNumbers } from './unusable-numbers.ts';

// Files are read once: a cache would only hold memory. Images run in parallel, not the rows of one image.
sharp.cache(false);
sharp.concurrency(1);

/** The error says why the file cannot be decoded whole. */
export type Decode = (path: string, size: number) => Promise<Result<Uint8Array, string>>;

/** Bytes row after row, gray or RGB. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/**
 * RGB bytes `[size, size, 3]`. The shorter side is resized to `size` (Lanczos) and the middle is cut out. Turned
 * upright by EXIF; gray, 16-bit, palette and CMYK become 8-bit sRGB; transparent pixels become black.
 */
export const decodeImage: Decode = async (path, size) => {
  try {
    const file = await readFile(path);
    const unusable = isJpeg(file) ? undefined : await unusableNumbers(file);
    if (unusable !== undefined) return err(unusable);
    return ok(await squared(sharp(file, { failOn: 'truncated' }).autoOrient(), size));
  } catch (error) {
    return err(
      (error as Error).message
        .replace(/input buffer/i, 'Input file')
        .trim()
        .replaceAll(/\s+/g, ' '),
    );
  }
};

/** As `decodeImage`, of an image that is decoded already. */
export function decodePixels({ data, ...raw }: Pixels, size: number): Promise<Uint8Array> {
  return squared(sharp(data, { raw }), size);
}

/** JPEG files hold bytes, one page, four bands at most. */
const isJpeg = (file: Uint8Array): boolean => file[0] === 0xff && file[1] === 0xd8;

function squared(image: Sharp, size: number): Promise<Uint8Array> {
  return image
    .resize(size, size, { fit: 'cover', position: 'center', kernel: 'lanczos3' })
    .flatten({ background: '#000000' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
}
