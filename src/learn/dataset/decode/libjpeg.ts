/** libjpeg-turbo in WebAssembly: the very bytes that libvips and Pillow get from it, without their setting up. */
import createLibjpeg, { type JpegDecoder } from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs';
import type { Pixels } from './pixels.ts';

let decoder: JpegDecoder | undefined;
const libjpeg = await createLibjpeg();

/** The pixels are in the decoder's own memory until the next call. Undefined if libjpeg objects. */
export function decodeJpeg(file: Uint8Array): Pixels | undefined {
  decoder ??= new libjpeg.JPEGDecoder();
  try {
    decoder.getEncodedBuffer(file.length).set(file);
    decoder.decode();
  } catch {
    decoder.delete();
    decoder = undefined;
    return undefined;
  }
  const { width, height, componentCount } = decoder.getFrameInfo();
  return { data: decoder.getDecodedBuffer(), width, height, channels: componentCount };
}
