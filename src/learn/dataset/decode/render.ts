/** A picture to a square of one size, in 16 bits: window, then padding and inversion, then the resize. */
import sharp from 'sharp';
import type { Display, Picture } from './picture.ts';
import { squared, type Fit } from './placement.ts';
import { squarePixels } from './square-pixels.ts';

export interface RenderedImage {
  /** RGB `[size, size, 3]`, 65535 is white. */
  readonly values: Uint16Array;
  /** Gray levels of the values, and of the display in eight bits, before the resize. */
  readonly levels: GrayLevels;
}

export interface GrayLevels {
  readonly before: number;
  readonly after: number;
}

const WHITE = 65_535;
/** More levels are not told apart. */
const COUNTED_LEVELS = 4096;

export async function render(
  picture: Picture,
  display: Display,
  size: number,
  fit: Fit = 'cover',
): Promise<RenderedImage> {
  const shown = shownValues(picture, display);
  const { channels, width, height, pixelAspect } = picture;
  const plain = { values: shown, width, height, channels };
  const square = pixelAspect === 1 ? plain : squarePixels(plain, pixelAspect);
  const image = sharp(square.values, { raw: { width: square.width, height: square.height, channels } });
  const bytes = await squared(image, square, size, fit)
    .toColourspace(channels === 3 ? 'rgb16' : 'grey16')
    .raw({ depth: 'ushort' })
    .toBuffer();
  const values = new Uint16Array(Uint8Array.from(bytes).buffer);
  return {
    values:
      channels === 3 ? values : Uint16Array.from({ length: 3 * values.length }, (_, i) => values[(i / 3) | 0] ?? 0),
    levels: levelsOf(picture, shown),
  };
}

/** MONOCHROME1 is inverted last; padding is black after the inversion, too. */
function shownValues({ values, padding, inverted, channels }: Picture, display: Display): Uint16Array<ArrayBuffer> {
  const shown = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (padding?.[(i / channels) | 0] === 1) continue;
    const share = display(values[i] ?? 0);
    shown[i] = Math.round(WHITE * (inverted ? 1 - share : share));
  }
  return shown;
}

function levelsOf({ values, padding, channels }: Picture, shown: Uint16Array): GrayLevels {
  const [before, after] = [new Set<number>(), new Set<number>()];
  for (let i = 0; i < values.length; i++) {
    if (padding?.[(i / channels) | 0] === 1) continue;
    if (before.size < COUNTED_LEVELS) before.add(values[i] ?? 0);
    after.add(Math.round((shown[i] ?? 0) / 257));
  }
  return { before: before.size, after: after.size };
}
