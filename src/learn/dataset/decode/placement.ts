/** Where a picture lies in a square of a fixed size, and how an image is brought there. */
import type { Sharp } from 'sharp';

/**
 * `cover`: the shorter side is resized to the square, and the middle is cut out. `whole`: the longer side is, and the
 * rest is black.
 */
export type Fit = 'cover' | 'whole';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** The rectangle of a whole picture in the square, in pixels of the square. */
export interface Placement extends PictureSize {
  readonly left: number;
  readonly top: number;
}

export function placementOf({ width, height }: PictureSize, size: number): Placement {
  const scale = size / Math.max(width, height);
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  return { width: w, height: h, left: Math.floor((size - w) / 2), top: Math.floor((size - h) / 2) };
}

/** Lanczos. `source` is the size of the upright picture. */
export function squared(image: Sharp, source: PictureSize, size: number, fit: Fit): Sharp {
  if (fit === 'cover') return image.resize(size, size, { fit: 'cover', position: 'center', kernel: 'lanczos3' });
  const { width, height, left, top } = placementOf(source, size);
  return image.resize(width, height, { fit: 'fill', kernel: 'lanczos3' }).extend({
    left,
    top,
    right: size - left - width,
    bottom: size - top - height,
    background: '#000000',
  });
}
