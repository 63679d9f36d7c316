/** tfjs's two ways to resize images [N, H, W, C], as linear maps of rows and of columns. */
import type * as tf from '@tensorflow/tfjs-core';
import { applyAlongAxis, gatherMap, transposeMap, type LinearMap } from './along-axis.ts';
import { imageSides } from './graph/sides.ts';

export interface ResizeAttributes {
  readonly size: readonly [number, number];
  /** The corner pixels of both images coincide. */
  readonly alignCorners: boolean;
  /** Pixels are squares, and the centers of both images coincide, as in most other programs. */
  readonly halfPixelCenters: boolean;
}

export type Interpolation = (sources: number, targets: number, attributes: ResizeAttributes) => LinearMap;

function scaleOf(sources: number, targets: number, { alignCorners }: ResizeAttributes): number {
  return alignCorners && targets > 1 ? (sources - 1) / (targets - 1) : sources / targets;
}

export const nearestMap: Interpolation = (sources, targets, attributes) => {
  const scale = scaleOf(sources, targets, attributes);
  const round = attributes.alignCorners ? Math.round : Math.floor;
  const places = Array.from({ length: targets }, (_, i) =>
    Math.min(sources - 1, round(scale * (attributes.halfPixelCenters ? i + 0.5 : i))),
  );
  return gatherMap(sources, places);
};

export const bilinearMap: Interpolation = (sources, targets, attributes) => {
  const scale = scaleOf(sources, targets, attributes);
  const rows = Array.from({ length: targets }, (_, i): [number, number][] => {
    const at = Math.max(0, attributes.halfPixelCenters ? scale * (i + 0.5) - 0.5 : scale * i);
    const below = Math.min(sources - 1, Math.floor(at));
    const share = at - below;
    return share === 0 || below === sources - 1
      ? [[below, 1]]
      : [
          [below, 1 - share],
          [below + 1, share],
        ];
  });
  return { sources, rows };
};

export function resizeImages(images: tf.Tensor, interpolation: Interpolation, attributes: ResizeAttributes): tf.Tensor {
  const { height, width } = imageSides(images.shape);
  const [newHeight, newWidth] = attributes.size;
  return applyAlongAxis(
    applyAlongAxis(images, 1, interpolation(height, newHeight, attributes)),
    2,
    interpolation(width, newWidth, attributes),
  );
}

/** The gradient for images [N, height, width, C]. tfjs's own gradients do not know half pixels. */
export function gradientOfResize(
  dy: tf.Tensor,
  shape: readonly number[],
  interpolation: Interpolation,
  attributes: ResizeAttributes,
): tf.Tensor {
  const { height, width } = imageSides(shape);
  const [newHeight, newWidth] = attributes.size;
  return applyAlongAxis(
    applyAlongAxis(dy, 2, transposeMap(interpolation(width, newWidth, attributes))),
    1,
    transposeMap(interpolation(height, newHeight, attributes)),
  );
}
