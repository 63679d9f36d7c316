/** Linear maps along one axis of an image, as matrices `[out, in]`: cropping with antialiased resizing, and blur. */

export interface AxisInterval {
  /** In pixels from the left edge of pixel 0; need not be whole. */
  readonly start: number;
  readonly length: number;
}

/**
 * Samples an interval of an axis of `size` pixels at `out` points: linear interpolation, and when shrinking, a triangle
 * filter as wide as the scale (as PIL and torchvision with `antialias`). Pixels beyond the interval do not count. Each
 * row sums to 1. `flip` reverses the rows.
 */
export function writeResizeMatrix(
  target: Float32Array,
  { start, length }: AxisInterval,
  size: number,
  out: number,
  flip: boolean,
): void {
  const scale = length / out;
  const radius = Math.max(1, scale);
  const first = Math.max(0, Math.floor(start));
  const last = Math.min(size, Math.ceil(start + length)) - 1;
  for (let i = 0; i < out; i++) {
    const row = (flip ? out - 1 - i : i) * size;
    const center = start + (i + 0.5) * scale - 0.5;
    const from = Math.max(first, Math.ceil(center - radius));
    const to = Math.min(last, Math.floor(center + radius));
    let sum = 0;
    for (let j = from; j <= to; j++) sum += target[row + j] = 1 - Math.abs(j - center) / radius;
    for (let j = from; j <= to; j++) target[row + j] = (target[row + j] ?? 0) / sum;
  }
}

/** SimCLR's kernel: a tenth of the image, odd (appendix A); 3 at least. */
export const blurKernelSize = (size: number): number => Math.max(3, 2 * Math.floor(size / 20) + 1);

/** A Gaussian of `width` taps, normalized, with the image mirrored at its borders (torchvision's GaussianBlur). */
export function writeBlurMatrix(target: Float32Array, size: number, width: number, sigma: number): void {
  const reach = (width - 1) / 2;
  const taps = Float64Array.from({ length: width }, (_, k) => Math.exp(-0.5 * ((k - reach) / sigma) ** 2));
  const sum = taps.reduce((a, b) => a + b);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < width; k++) {
      const j = i * size + mirrored(i + k - reach, size);
      target[j] = (target[j] ?? 0) + (taps[k] ?? 0) / sum;
    }
  }
}

export function writeIdentityMatrix(target: Float32Array, size: number): void {
  for (let i = 0; i < size; i++) target[i * size + i] = 1;
}

/** Pixel -1 is pixel 1: the border itself is not repeated. */
function mirrored(j: number, size: number): number {
  if (j < 0) return -j;
  return j < size ? j : 2 * (size - 1) - j;
}
