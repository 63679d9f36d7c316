/** A mask file as numbers: what each pixel holds, before anybody knows what it means. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { err, ok, type Result } from '../../../util/result.ts';
import { at } from '../../../util/known.ts';
import { plainMessage } from '../decode/open-image.ts';
import { isJpeg } from '../decode/probe.ts';
import { pngPalette } from './png-palette.ts';

export interface MaskCodes {
  readonly width: number;
  readonly height: number;
  /** `gray`: values as the file has them. `palette`: numbers of its entries. `color`: 65536 red + 256 green + blue. */
  readonly kind: 'gray' | 'palette' | 'color';
  /** `[height, width]` */
  readonly codes: Uint32Array;
  /** The file was compressed with loss, so values lie around those that were meant. */
  readonly lossy: boolean;
}

/** Turned upright by EXIF. Transparent pixels are black. The error says why the file cannot be read. */
export async function readMaskCodes(path: string): Promise<Result<MaskCodes, string>> {
  try {
    const file = await readFile(path);
    const { pages = 1, depth } = await sharp(file).metadata();
    if (pages > 1) return err(`it holds ${pages} pages; one is expected`);
    const wide = depth === 'ushort';
    const { data, info } = await sharp(file, { failOn: 'truncated' })
      .autoOrient()
      .flatten({ background: '#000000' })
      .raw({ depth: wide ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const values = wide ? new Uint16Array(Uint8Array.from(data).buffer) : data;
    const lossy = isJpeg(file);
    const pixels = pixelCodes(values, info.width * info.height, info.channels, lossy ? COLOR_NOISE : 0);
    const palette = lossy || pixels.kind === 'gray' ? undefined : pngPalette(file);
    const found = palette === undefined ? pixels : byEntry(pixels, palette);
    return ok({ width: info.width, height: info.height, lossy, ...found });
  } catch (error) {
    return err(`it cannot be decoded: ${plainMessage(error)}`);
  }
}

type Pixels = Pick<MaskCodes, 'kind' | 'codes'>;

/** JPEG keeps colors less exactly than light: gray pixels get a tint up to this. */
const COLOR_NOISE = 16;

/** Channels that differ by at most `noise` are gray. */
function pixelCodes(values: Uint8Array | Uint16Array, pixels: number, channels: number, noise: number): Pixels {
  const channel = (pixel: number, c: number) => at(values, pixel * channels + Math.min(c, channels - 1));
  const isGray = (pixel: number) => {
    const [red, green, blue] = [channel(pixel, 0), channel(pixel, 1), channel(pixel, 2)];
    return Math.max(red, green, blue) - Math.min(red, green, blue) <= noise;
  };
  let gray = true;
  if (channels > 2) for (let pixel = 0; pixel < pixels && gray; pixel++) gray = isGray(pixel);
  const codes = Uint32Array.from({ length: pixels }, (_, pixel) =>
    gray ? channel(pixel, 1) : (channel(pixel, 0) << 16) | (channel(pixel, 1) << 8) | channel(pixel, 2),
  );
  return { kind: gray ? 'gray' : 'color', codes };
}

/** Of two entries with one color, the first. A color that the palette lacks leaves all as colors. */
function byEntry({ kind, codes }: Pixels, palette: readonly number[]): Pixels {
  const entries = new Map([...palette.entries()].reverse().map(([entry, color]) => [color, entry] as const));
  if (codes.some((color) => !entries.has(color))) return { kind, codes };
  return { kind: 'palette', codes: codes.map((color) => entries.get(color) ?? 0) };
}
