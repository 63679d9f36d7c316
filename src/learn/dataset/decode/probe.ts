/** The kind of an image file by its first bytes and its directory: pages, numbers, inks. No pixel is decoded. */
import { decode as readTiff } from 'tiff';
import sharp from 'sharp';
import { err, ok, type Result } from '../../../util/result.ts';

export interface ImageKind {
  readonly pages: number;
  /** `bytes`: eight bits for display. `numbers`: more bits, signs or fractions, which need a scale. */
  readonly content: 'bytes' | 'numbers';
}

const CMYK =
  'its colors are CMYK, whose look depends on a profile. Save it as RGB, in Python: ' +
  'Image.open(old).convert("RGB").save(new)';

export async function probeImage(file: Buffer): Promise<Result<ImageKind, string>> {
  if (isJpeg(file)) return jpegComponents(file) === 4 ? err(CMYK) : ok({ pages: 1, content: 'bytes' });
  if (isPng(file)) return probePng(file);
  if (isTiff(file)) return probeTiff(file);
  const { pages = 1, channels, space } = await sharp(file).metadata();
  if (space === 'cmyk') return err(CMYK);
  return channels > 4 ? err(tooManyBands(channels)) : ok({ pages, content: 'bytes' });
}

export const isJpeg = (file: Uint8Array): boolean => file[0] === 0xff && file[1] === 0xd8;
export const isTiff = (file: Uint8Array): boolean =>
  (file[0] === 0x49 && file[1] === 0x49) || (file[0] === 0x4d && file[1] === 0x4d);
const isPng = (file: Buffer): boolean => file.length > 32 && file.toString('latin1', 1, 4) === 'PNG';

/** The number of components in the first frame header; 0 if there is none. */
function jpegComponents(file: Buffer): number {
  for (let at = 2; file[at] === 0xff && at + 9 < file.length;) {
    const marker = file[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return file[at + 9] ?? 0;
    at += marker === 0xff ? 1 : 2 + file.readUInt16BE(at + 2);
  }
  return 0;
}

function probePng(file: Buffer): Result<ImageKind, string> {
  const head = file.subarray(0, Math.max(0, file.indexOf('IDAT', 0, 'latin1')));
  if (head.includes('acTL')) return err('it is an animated PNG. Save each frame as a file of its own');
  return ok({ pages: 1, content: file[24] === 16 ? 'numbers' : 'bytes' });
}

async function probeTiff(file: Buffer): Promise<Result<ImageKind, string>> {
  const pages = tiffDirectory(file);
  if (pages === undefined) return probeByLibvips(file);
  const fault = pages.map(faultOfPage).find((reason) => reason !== undefined);
  if (fault !== undefined) return err(fault);
  const sizes = new Set(pages.map(({ width, height }) => `${width} x ${height}`));
  if (sizes.size > 1)
    return err(
      `its ${pages.length} pages have several sizes (${[...sizes].slice(0, 3).join(', ')}), so some of them are ` +
        'previews. Save the page that counts as a file of its own',
    );
  const isBytes = pages.every(({ bits, format }) => bits <= 8 && format === UNSIGNED);
  return ok({ pages: pages.length, content: isBytes ? 'bytes' : 'numbers' });
}

interface TiffPage {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly bands: number;
  readonly format: number;
  readonly photometric: number;
}

const UNSIGNED = 1;
const SIGNED = 2;
const FLOAT = 3;
const SEPARATED = 5;
const BYTES_OF: Readonly<Record<number, readonly number[]>> = {
  [UNSIGNED]: [16],
  [SIGNED]: [8, 16],
  [FLOAT]: [32, 64],
};

const KIND_NAMES: Readonly<Record<number, string>> = {
  [UNSIGNED]: 'unsigned integers',
  [SIGNED]: 'signed integers',
  [FLOAT]: 'floating-point numbers',
};

function faultOfPage({ bits, bands, format, photometric }: TiffPage): string | undefined {
  if (photometric === SEPARATED) return CMYK;
  if (bands > 4) return tooManyBands(bands);
  if ((bits <= 8 && format === UNSIGNED) || BYTES_OF[format]?.includes(bits)) return undefined;
  const kind = KIND_NAMES[format] ?? 'numbers';
  return (
    `it holds ${kind} of ${bits} bits; unsigned integers of 8 or 16 bits, signed ` +
    'ones of 8 or 16 and floating-point numbers of 32 or 64 are read. Convert it, in Python: ' +
    'tifffile.imwrite(new, tifffile.imread(old).astype("float32"))'
  );
}

const tooManyBands = (bands: number): string =>
  `it has ${bands} bands; 1 to 4 are expected (gray or RGB, with or without alpha)`;

/** Undefined for a file whose directory the library does not read. */
function tiffDirectory(file: Buffer): TiffPage[] | undefined {
  try {
    return readTiff(file, { ignoreImageData: true }).map((page) => ({
      width: page.width,
      height: page.height,
      bits: page.bitsPerSample,
      bands: page.samplesPerPixel,
      format: page.sampleFormat,
      photometric: page.type,
    }));
  } catch {
    return undefined;
  }
}

async function probeByLibvips(file: Buffer): Promise<Result<ImageKind, string>> {
  const { pages = 1, depth, space, channels } = await sharp(file).metadata();
  if (space === 'cmyk') return err(CMYK);
  if (channels > 4) return err(tooManyBands(channels));
  if (depth === 'uchar') return ok({ pages, content: 'bytes' });
  if (depth === 'ushort') return ok({ pages, content: 'numbers' });
  return err(`it holds numbers of the type ${depth}, in a TIFF that is not read. Convert it to 32-bit floats, strips`);
}
