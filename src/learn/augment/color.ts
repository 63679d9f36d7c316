/**
 * Color operations as `x -> M x + k mean(luma of x)`, M `[3, 3]` on RGB columns: one form for all four operations of
 * the jitter, so that each sample can have its own order without a branch in the graph.
 *
 * Brightness, contrast and saturation are torchvision's, exactly. Hue is a rotation of the chroma plane of YIQ that
 * keeps luma (as in NVIDIA DALI); torchvision goes through HSV, which is no linear map.
 */

type Vector = readonly [number, number, number];
/** Row-major `[3, 3]`. */
export type ColorMatrix = readonly number[];

export interface ColorOperation {
  readonly matrix: ColorMatrix;
  /** Times the mean luma of the image, added to every channel. */
  readonly shift: number;
}

/** Rec. 601, as in PIL and torchvision. */
export const LUMA: Vector = [0.299, 0.587, 0.114];
/** The chroma axes of NTSC's YIQ. */
const I: Vector = [0.595716, -0.274453, -0.321263];
const Q: Vector = [0.211456, -0.522591, 0.311135];

const IDENTITY: ColorMatrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];
/** Replaces every channel by luma. */
const GRAY: ColorMatrix = [...LUMA, ...LUMA, ...LUMA];
const QUARTER_TURN = quarterTurn();

const weighted = (a: number, left: ColorMatrix, b: number, right: ColorMatrix): ColorMatrix =>
  left.map((v, i) => a * v + b * (right[i] ?? 0));

export const identityColor: ColorOperation = { matrix: IDENTITY, shift: 0 };
export const grayscale: ColorOperation = { matrix: GRAY, shift: 0 };
export const brightness = (factor: number): ColorOperation => ({
  matrix: weighted(factor, IDENTITY, 0, GRAY),
  shift: 0,
});
/** Towards the mean luma of the image (0) or away from it (> 1). */
export const contrast = (factor: number): ColorOperation => ({
  matrix: weighted(factor, IDENTITY, 0, GRAY),
  shift: 1 - factor,
});
/** Towards each pixel's own luma (0) or away from it (> 1). */
export const saturation = (factor: number): ColorOperation => ({
  matrix: weighted(factor, IDENTITY, 1 - factor, GRAY),
  shift: 0,
});

/** By `turns` of the color wheel, red to green first. Grays and luma stay as they are. */
export function hue(turns: number): ColorOperation {
  const cos = Math.cos(2 * Math.PI * turns);
  const kept = weighted(cos, IDENTITY, 1 - cos, GRAY);
  return { matrix: weighted(1, kept, Math.sin(2 * Math.PI * turns), QUARTER_TURN), shift: 0 };
}

/** RGB to YIQ, (I, Q) to (Q, -I), and back without luma. The inverse of a 3x3 matrix by cross products. */
function quarterTurn(): ColorMatrix {
  const determinant = dot(LUMA, cross(I, Q));
  const fromI = cross(Q, LUMA).map((v) => v / determinant);
  const fromQ = cross(LUMA, I).map((v) => v / determinant);
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map((column) => (fromI[row] ?? 0) * (Q[column] ?? 0) - (fromQ[row] ?? 0) * (I[column] ?? 0)),
  );
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
