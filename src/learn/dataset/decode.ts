/** One image file to RGB bytes of a fixed size. */
import sharp, { type Sharp } from 'sharp';

// Files are read once: a cache would only hold memory. Images, not the rows of one image, are what runs in parallel.
sharp.cache(false);
sharp.concurrency(1);

/**
 * RGB bytes `[size, size, 3]`. The shorter side is resized to `size` (Lanczos) and the middle is cut out. Turned
 * upright by EXIF; grey, 16-bit, palette and CMYK become 8-bit sRGB; what is transparent shows black. Rejects when the
 * file cannot be decoded whole.
 */
export async function decodeImage(path: string, size: number): Promise<Uint8Array> {
  return squared(sharp(path, { failOn: 'truncated' }).autoOrient(), size);
}

/** Bytes row after row, grey or RGB. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** As `decodeImage`, of an image that is decoded already. */
export async function decodePixels({ data, ...raw }: Pixels, size: number): Promise<Uint8Array> {
  return squared(sharp(data, { raw }), size);
}

function squared(image: Sharp, size: number): Promise<Uint8Array> {
  return image
    .resize(size, size, { fit: 'cover', position: 'centre', kernel: 'lanczos3' })
    .flatten({ background: '#000000' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
}
