/**
 * Files that libvips decodes, but not to the picture that they show: many pages, many bands, other numbers than bytes.
 */
import sharp, { type Metadata } from 'sharp';
import { last } from '../../../util/known.ts';

const NUMBERS: Readonly<Record<string, string>> = {
  char: 'signed 8-bit integers',
  short: 'signed 16-bit integers',
  uint: '32-bit integers',
  int: 'signed 32-bit integers',
  float: '32-bit floating-point numbers',
  double: '64-bit floating-point numbers',
  complex: 'complex numbers',
  dpcomplex: 'complex numbers',
};
/** Eight bits must keep this many gray levels, where the file has more. */
const FEWEST_LEVELS = 32;

/** The reason why a file other than JPEG would not become its picture, or undefined. */
export async function unusableNumbers(file: string | Uint8Array): Promise<string | undefined> {
  const metadata = await sharp(file).metadata();
  const { pages = 1, channels, depth } = metadata;
  if (pages > 1)
    return `it holds ${pages} pages or frames, and one picture is expected. Save each as a file of its own`;
  if (channels > 4) return `it has ${channels} bands; 1 to 4 are expected (gray or RGB, with or without alpha)`;
  const numbers = NUMBERS[depth];
  if (numbers !== undefined)
    return (
      `it holds ${numbers}; bytes, or 16-bit integers without sign, are expected. Scale all files by one rule and ` +
      'save them as PNG'
    );
  return depth === 'ushort' ? tooFewLevels(file, metadata) : undefined;
}

/**
 * Sixteen bits become eight by their upper byte: images of 10 or 12 bits would lose nearly all of their levels. Alpha
 * is no level.
 */
async function tooFewLevels(file: string | Uint8Array, { channels }: Metadata): Promise<string | undefined> {
  const space = channels >= 3 ? 'rgb16' : 'grey16';
  const bytes = await sharp(file).removeAlpha().toColourspace(space).raw({ depth: 'ushort' }).toBuffer();
  const occurs = new Uint8Array(65536);
  for (const value of new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)) occurs[value] = 1;
  const levels = [...occurs.keys()].filter((value) => occurs[value] === 1);
  const kept = new Set(levels.map((value) => value >> 8)).size;
  if (kept >= FEWEST_LEVELS || levels.length < 2 * kept) return undefined;
  return (
    `its values lie between 0 and ${last(levels)} of 65535, so that 8 bits would keep ${kept} of ${levels.length} ` +
    'gray levels. Multiply all files of the set by one factor, and save them again'
  );
}
