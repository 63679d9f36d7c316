/** The geometry of a view as it is drawn: rotation, crop and flips. Images and boxes are moved by the same draw. */
import { at } from '../../util/known.ts';
import { random, type RandomSource } from '../../util/random.ts';
import type { Augmentation } from './augmentation.ts';
import type { AxisInterval } from './matrices.ts';
import { isResampled } from './view-params.ts';

export interface Draw {
  readonly seed: number;
  readonly epoch: number;
  /** Rows of the data set: they, not the places in the batch, key the numbers. */
  readonly indices: ArrayLike<number>;
  /** 0 and 1 are the two views of a pair. */
  readonly view: number;
  /** Side of the images that will be augmented, in pixels. */
  readonly sourceSize: number;
}

export interface Geometry {
  /** In radians: an output pixel comes from the place that is turned by it about the center. */
  readonly angle: number;
  /** The kept part of the turned image. */
  readonly crop: { readonly x: AxisInterval; readonly y: AxisInterval };
  readonly mirrored: boolean;
  readonly upended: boolean;
}

/** The numbers of one image's view. */
export const sourceOfView = ({ seed, epoch, indices, view }: Draw, i: number): RandomSource =>
  random('augment', seed, epoch, at(indices, i), view);

/** The geometries of the views whose parameters `sampleViewParams` gives for the same draw. */
export function sampleGeometries(augmentation: Augmentation, draw: Draw): Geometry[] {
  return Array.from(draw.indices, (_, i) => drawGeometry(augmentation, draw.sourceSize, sourceOfView(draw, i)));
}

/** The first numbers of a view. */
export function drawGeometry(augmentation: Augmentation, sourceSize: number, source: RandomSource): Geometry {
  const { rotation, crop, flip } = augmentation;
  const angle = rotation > 0 ? (between(source, -rotation, rotation) * Math.PI) / 180 : 0;
  if (!isResampled(augmentation, sourceSize))
    return { angle, crop: wholeImage(sourceSize), mirrored: false, upended: false };
  return {
    angle,
    crop: crop === null ? wholeImage(sourceSize) : drawCrop(crop, sourceSize, source),
    mirrored: source.uniform() < flip.horizontal,
    upended: source.uniform() < flip.vertical,
  };
}

const wholeImage = (size: number): Geometry['crop'] => ({
  x: { start: 0, length: size },
  y: { start: 0, length: size },
});

/** torchvision's RandomResizedCrop, without rounding to whole pixels: ten tries, then the whole image. */
function drawCrop([least, most]: readonly [number, number], size: number, source: RandomSource): Geometry['crop'] {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = between(source, least, most);
    const aspect = Math.exp(between(source, Math.log(3 / 4), Math.log(4 / 3)));
    const width = size * Math.sqrt(area * aspect);
    const height = size * Math.sqrt(area / aspect);
    if (width > size || height > size) continue;
    return {
      x: { start: between(source, 0, size - width), length: width },
      y: { start: between(source, 0, size - height), length: height },
    };
  }
  return wholeImage(size);
}

export const between = (source: RandomSource, low: number, high: number): number =>
  low + (high - low) * source.uniform();
