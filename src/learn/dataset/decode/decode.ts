/** One image file to RGB bytes of a fixed size. */
import { readFileSync } from 'node:fs';
import { ok, type Result } from '../../../util/result.ts';
import { decodeJpeg } from './libjpeg.ts';
import { decodeByLibvips } from './libvips.ts';
import { plainJpegSize } from './plain-jpeg.ts';
import { smallerSquare } from './smaller-square.ts';

/** The error says why the file cannot be decoded whole. */
export type Decode = (path: string, size: number) => Promise<Result<Uint8Array, string>>;

/**
 * RGB bytes `[size, size, 3]`. The shorter side is resized to `size` (Lanczos) and the middle is cut out. Turned
 * upright by EXIF; gray, 16-bit, palette and CMYK become 8-bit sRGB; transparent pixels become black.
 */
export const decodeImage: Decode = async (path, size) => {
  const file = /\.jpe?g$/i.test(path) ? bytesOf(path) : undefined;
  const image = file && decodeSmallJpeg(file, size);
  return image ? ok(image) : decodeByLibvips(file ?? path, size);
};

/** Reads synchronously, which takes a third of the time of a promise. Callers with many files use threads. */
function bytesOf(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined; // libvips says why
  }
}

/**
 * libvips needs five times as long to set up its work as libjpeg needs to decode a thumbnail. It is the faster one as
 * soon as libjpeg may leave out half of the rows and columns for it, and the only judge of damaged and unusual files.
 */
function decodeSmallJpeg(file: Uint8Array, size: number): Uint8Array | undefined {
  const shape = plainJpegSize(file);
  if (shape === undefined) return undefined;
  const shorter = Math.min(shape.width, shape.height);
  if (shorter < size || shorter >= 2 * size) return undefined;
  const pixels = decodeJpeg(file);
  return pixels && smallerSquare(pixels, size);
}
