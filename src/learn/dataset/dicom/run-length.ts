/** RLE of PS3.5, annex G: a segment for each byte of each sample, the most significant byte first. */

const HEADER_BYTES = 64;

/** Bytes of the samples, pixel after pixel, little-endian. Missing pixels stay 0 and are counted in `missing`. */
export function decodeRunLengths(
  code: Uint8Array,
  pixels: number,
  samples: number,
  bytesPerSample: number,
): { readonly data: Uint8Array; readonly missing: number } {
  const view = new DataView(code.buffer, code.byteOffset, code.length);
  const data = new Uint8Array(pixels * samples * bytesPerSample);
  const segments = code.length < HEADER_BYTES ? 0 : view.getUint32(0, true);
  let missing = segments === samples * bytesPerSample ? 0 : pixels;
  for (let segment = 0; segment < Math.min(segments, samples * bytesPerSample); segment++) {
    const begin = view.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : code.length;
    const sample = Math.floor(segment / bytesPerSample);
    const place = sample * bytesPerSample + bytesPerSample - 1 - (segment % bytesPerSample);
    const written = unpack(code.subarray(begin, end), pixels, (pixel, byte) => {
      data[pixel * samples * bytesPerSample + place] = byte;
    });
    missing = Math.max(missing, pixels - written);
  }
  return { data, missing };
}

/** PackBits: the number of bytes that were written, `count` at most. */
function unpack(packed: Uint8Array, count: number, write: (index: number, byte: number) => void): number {
  let written = 0;
  for (let at = 0; at < packed.length && written < count;) {
    const length = ((packed[at++] ?? 0) << 24) >> 24;
    if (length >= 0) {
      for (let i = 0; i <= length && written < count && at < packed.length; i++) write(written++, packed[at++] ?? 0);
    } else if (length > -128) {
      for (let i = 0; i < 1 - length && written < count; i++) write(written++, packed[at] ?? 0);
      at++;
    }
  }
  return written;
}
