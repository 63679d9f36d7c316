/** Pixels that are higher than wide, or wider than high, to square ones: the coarse side gets more rows or columns. */

interface Raster {
  readonly values: Uint16Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Linear between the centers of pixels. @param aspect height of a pixel divided by its width */
export function squarePixels({ values, width, height, channels }: Raster, aspect: number): Raster {
  const [w, h] = aspect > 1 ? [width, Math.round(height * aspect)] : [Math.round(width / aspect), height];
  const columns = Array.from({ length: w }, (_, x) => between(x, w, width));
  const out = new Uint16Array(w * h * channels);
  for (let y = 0; y < h; y++) {
    const [top, bottom, down] = between(y, h, height);
    for (const [x, [left, right, across]] of columns.entries()) {
      for (let c = 0; c < channels; c++) {
        const at = (row: number, column: number) => values[(row * width + column) * channels + c] ?? 0;
        const upper = at(top, left) * (1 - across) + at(top, right) * across;
        const lower = at(bottom, left) * (1 - across) + at(bottom, right) * across;
        out[(y * w + x) * channels + c] = Math.round(upper * (1 - down) + lower * down);
      }
    }
  }
  return { values: out, width: w, height: h, channels };
}

/** The two old places around a new one, and the share of the second. */
function between(place: number, count: number, old: number): readonly [number, number, number] {
  const exact = Math.min(old - 1, Math.max(0, ((place + 0.5) * old) / count - 0.5));
  const first = Math.floor(exact);
  return [first, Math.min(old - 1, first + 1), exact - first];
}
