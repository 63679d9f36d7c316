/** A box or a point in a view: moved as its image is. */
import type { Box } from '../eval/detection/box.ts';
import type { Geometry } from './geometry.ts';

/** Sides of the image before and after, in pixels. */
interface Sides {
  readonly from: number;
  readonly to: number;
}

/**
 * The box in the view, cut at its border; undefined if its center lies outside. A turned box is the one around the
 * turned ellipse: corners of a box are seldom part of the object, and the box around turned corners is too large (A.
 * Kalra et al., "Towards Rotation Invariance in Object Detection", ICCV 2021). A point is a box without extent.
 */
export function moveBox({ left, top, width, height }: Box, geometry: Geometry, { from, to }: Sides): Box | undefined {
  const [cos, sin] = [Math.cos(geometry.angle), Math.sin(geometry.angle)];
  const [x, y] = [left + width / 2 - from / 2, top + height / 2 - from / 2];
  const across = alongAxis(cos * x + sin * y + from / 2, Math.hypot(cos * width, sin * height) / 2, {
    ...geometry.crop.x,
    flipped: geometry.mirrored,
    to,
  });
  const down = alongAxis(cos * y - sin * x + from / 2, Math.hypot(sin * width, cos * height) / 2, {
    ...geometry.crop.y,
    flipped: geometry.upended,
    to,
  });
  if (across === undefined || down === undefined) return undefined;
  return { left: across.start, width: across.length, top: down.start, height: down.length };
}

interface Cut {
  readonly start: number;
  readonly length: number;
  readonly flipped: boolean;
  readonly to: number;
}

function alongAxis(
  center: number,
  half: number,
  { start, length, flipped, to }: Cut,
): { readonly start: number; readonly length: number } | undefined {
  const scale = to / length;
  const shown = (center - start) * scale;
  if (shown < 0 || shown >= to) return undefined;
  const middle = flipped ? to - shown : shown;
  const [low, high] = [Math.max(0, middle - half * scale), Math.min(to, middle + half * scale)];
  return { start: low, length: high - low };
}
