/** Markers of JPEG and JPEG 2000 codes that decide about colors. */
import type { PixelFacts } from './pixel-facts.ts';

const APP0 = 0xe0;
const APP14 = 0xee;
const START_OF_SCAN = 0xda;
/** `Adobe`, version 100, transform 0: the samples are RGB. */
const SAYS_RGB = [0xff, 0xd8, 0xff, APP14, 0, 14, 65, 100, 111, 98, 101, 0, 100, 0, 0, 0, 0, 0];

/** Without JFIF and Adobe markers, libjpeg takes three samples for YCbCr. A data set that says RGB knows better. */
export function repairedJpeg(code: Uint8Array, { samples, photometric }: PixelFacts): Uint8Array {
  if (samples !== 3 || photometric !== 'RGB') return code;
  for (let at = 2; code[at] === 0xff && code[at + 1] !== START_OF_SCAN;) {
    if (code[at + 1] === APP0 || code[at + 1] === APP14) return code;
    at += 2 + (code[at + 2] ?? 0) * 256 + (code[at + 3] ?? 0);
  }
  return Uint8Array.from([...SAYS_RGB, ...code.subarray(2)]);
}

const COD = 0x52;
const START_OF_TILE = 0x90;

/** True if the code's main header (COD, ISO/IEC 15444-1, A.6.1) asks for a component transform. */
export function usesColorTransform(code: Uint8Array): boolean {
  for (let at = 2; code[at] === 0xff && code[at + 1] !== START_OF_TILE;) {
    if (code[at + 1] === COD) return code[at + 8] === 1;
    at += 2 + (code[at + 2] ?? 0) * 256 + (code[at + 3] ?? 0);
  }
  return false;
}
