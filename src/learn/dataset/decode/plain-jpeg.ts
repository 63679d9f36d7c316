/** Recognizes JPEG files without metadata that changes their pixels: ITU-T T.81, annex B. */

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
/** Baseline, extended and progressive, in Huffman's code. */
const FRAMES = [0xc0, 0xc1, 0xc2];
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
/** EXIF, which may turn an image, and ICC profiles, which change its colors. */
const MEANINGFUL = [0xe1, 0xe2];

/**
 * Width and height of a complete file of 8-bit gray or three-color pixels without profile and EXIF; undefined for any
 * other file.
 */
export function plainJpegSize(file: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  const { length } = file;
  if (
    length < 4 ||
    file[0] !== 0xff ||
    file[1] !== START_OF_IMAGE ||
    file[length - 2] !== 0xff ||
    file[length - 1] !== END_OF_IMAGE
  )
    return undefined;
  const word = (at: number): number => (file[at]! << 8) | file[at + 1]!;
  let shape: { width: number; height: number } | undefined;
  for (let at = 2; at + 4 <= length; at += 2 + word(at + 2)) {
    const marker = file[at + 1]!;
    if (file[at] !== 0xff || MEANINGFUL.includes(marker) || OTHER_FRAMES.includes(marker)) return undefined;
    if (marker === START_OF_SCAN) return shape;
    if (!FRAMES.includes(marker)) continue;
    const [precision, height, width, components] = [file[at + 4], word(at + 5), word(at + 7), file[at + 9]];
    if (precision !== 8 || height === 0 || width === 0 || (components !== 1 && components !== 3)) return undefined;
    shape = { width, height };
  }
  return undefined;
}
