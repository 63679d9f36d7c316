/** A square picture in floating point, drawn at twice its final size so that edges are smooth. */

/** Red, green and blue, 0 to 1. */
export type Color = readonly [number, number, number];

const FINER = 2;

export interface Canvas {
  /** In drawn pixels; coordinates of the plane run from -1 to 1 over it. */
  readonly side: number;
  /** `[side, side, 3]`. */
  readonly values: Float32Array;
}

export function blankCanvas(size: number): Canvas {
  const side = FINER * size;
  return { side, values: new Float32Array(side * side * 3) };
}

/** Sets every pixel from the place of its center in the plane. */
export function paint({ side, values }: Canvas, colorAt: (x: number, y: number) => Color): void {
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++)
      values.set(colorAt((2 * column + 1) / side - 1, (2 * row + 1) / side - 1), 3 * (row * side + column));
  }
}

/** Blends a round brush over the pixels near a point of the plane. */
export function dab(
  { side, values }: Canvas,
  [x, y]: readonly [number, number],
  radius: number,
  color: Color,
  strength: number,
): void {
  const [cx, cy, r] = [((x + 1) * side) / 2, ((y + 1) * side) / 2, (radius * side) / 2];
  for (let row = Math.max(0, Math.floor(cy - r - 1)); row <= Math.min(side - 1, cy + r + 1); row++) {
    for (let column = Math.max(0, Math.floor(cx - r - 1)); column <= Math.min(side - 1, cx + r + 1); column++) {
      const cover = strength * Math.min(1, Math.max(0, r + 0.5 - Math.hypot(column + 0.5 - cx, row + 0.5 - cy)));
      for (let c = 0; c < 3; c++)
        values[3 * (row * side + column) + c] =
          (values[3 * (row * side + column) + c] ?? 0) +
          cover * ((color[c] ?? 0) - (values[3 * (row * side + column) + c] ?? 0));
    }
  }
}

/** Averages down to the final size, as RGB bytes `[size, size, 3]`. */
export function canvasBytes({ side, values }: Canvas): Uint8Array {
  const size = side / FINER;
  const bytes = new Uint8Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let j = 0; j < FINER; j++)
          for (let i = 0; i < FINER; i++) sum += values[3 * ((FINER * row + j) * side + FINER * column + i) + c] ?? 0;
        bytes[3 * (row * size + column) + c] = Math.round(255 * Math.min(1, Math.max(0, sum / FINER ** 2)));
      }
    }
  }
  return bytes;
}

export const mixColors = (a: Color, b: Color, share: number): Color => [
  a[0] + share * (b[0] - a[0]),
  a[1] + share * (b[1] - a[1]),
  a[2] + share * (b[2] - a[2]),
];
