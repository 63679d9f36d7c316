/** One image file to a square of a fixed size. */
import sharp, { type Sharp } from 'sharp';
import { err, ok, type Result } from '../../../util/result.ts';
import { displayOf, type GrayScale } from './gray-scale.ts';
import { openImage, plainMessage } from './open-image.ts';
import { squared, type Fit, type PictureSize } from './placement.ts';
import { render, type GrayLevels } from './render.ts';

// Files are read once: a cache would only hold memory. Images run in parallel, not the rows of one image.
sharp.cache(false);
sharp.concurrency(1);

export interface DecodedImage {
  /** RGB `[size, size, 3]`: bytes, or 16 bits for a file that has more than eight. */
  readonly values: Uint8Array | Uint16Array;
  /** For a file of more than eight bits. */
  readonly levels?: GrayLevels;
}

export interface DecodeOptions {
  /** Frame or page, from 0. */
  readonly frame?: number;
  /** For files of more than eight bits; each file's own window by default. */
  readonly gray?: GrayScale;
  /** `cover` by default. */
  readonly fit?: Fit;
}

/** The error says why the file cannot be decoded whole. */
export type Decode = (path: string, size: number, options?: DecodeOptions) => Promise<Result<DecodedImage, string>>;

/** Bytes row after row, gray or RGB. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

const OWN_WINDOW: GrayScale = { rule: 'file' };

/**
 * The shorter side is resized to `size` (Lanczos) and the middle is cut out, or as `fit` says. Files of eight bits are
 * turned upright by EXIF; gray and palettes become sRGB; transparent pixels become black. Files of more bits follow
 * `gray`.
 */
export const decodeImage: Decode = async (path, size, { frame = 0, gray = OWN_WINDOW, fit = 'cover' } = {}) => {
  const opened = await openImage(path, frame);
  if (!opened.ok) return opened;
  try {
    if (opened.value.kind === 'bytes') {
      const image = sharp(opened.value.file, { failOn: 'truncated', page: frame }).autoOrient();
      return ok({ values: await displayed(image, (await image.metadata()).autoOrient, size, fit) });
    }
    const { picture } = opened.value;
    const display = displayOf(picture, gray);
    if (display === undefined)
      return err('it has no window of its own. Give one for all, such as "gray": { "window": [40, 400] }');
    return ok(await render(picture, display, size, fit));
  } catch (error) {
    return err(plainMessage(error));
  }
};

/** As `decodeImage`, of an image that is decoded already. */
export function decodePixels({ data, ...raw }: Pixels, size: number): Promise<Uint8Array> {
  return displayed(sharp(data, { raw }), raw, size, 'cover');
}

function displayed(image: Sharp, source: PictureSize, size: number, fit: Fit): Promise<Uint8Array> {
  return squared(image, source, size, fit)
    .flatten({ background: '#000000' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
}
