/** The plane through a cloud of points in which it is widest (principal component analysis). */

export interface PrincipalComponents {
  /** Coordinates of every point, [x, y] each. */
  readonly points: [number, number][];
  /** Share of the variance along x and along y; 0 if all points are equal. */
  readonly explained: [number, number];
}

/** Far below what is written. Directions of nearly equal variance would take forever to tell apart, and need not be. */
const CLOSE_ENOUGH = 1e-10;
const MOST_ROUNDS = 500;

/**
 * `rows`: row-major [count, width]. The largest loading of either axis is positive, which fixes the signs as
 * scikit-learn does. Additions, products and square roots in one order: the same bits on every machine.
 */
export function principalComponents(rows: ArrayLike<number>, width: number): PrincipalComponents {
  const centered = center(rows, width);
  const total = centered.reduce((sum, value) => sum + value * value, 0);
  const first = widest(centered, width, []);
  const second = widest(centered, width, [first]);
  const [x, y] = [along(centered, width, first), along(centered, width, second)];
  const share = (coordinates: Float64Array) => (total > 0 ? dot(coordinates, coordinates) / total : 0);
  return { points: Array.from(x, (value, i) => [value, y[i]!]), explained: [share(x), share(y)] };
}

function center(rows: ArrayLike<number>, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) mean[i % width]! += rows[i]!;
  const count = rows.length / width;
  return Float64Array.from(rows, (value, i) => value - mean[i % width]! / count);
}

/** The direction of the largest variance orthogonal to `others`, by power iteration on X'X. */
function widest(centered: Float64Array, width: number, others: readonly Float64Array[]): Float64Array {
  // Not a direction that data are likely to be orthogonal to.
  let direction = unit(
    orthogonal(
      Float64Array.from({ length: width }, (_, i) => 1 + (i % 7) / 7 + (i % 11) / 11),
      others,
    ),
  );
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = unit(orthogonal(across(centered, width, along(centered, width, direction)), others));
    const moved = next.reduce((most, value, i) => Math.max(most, Math.abs(value - direction[i]!)), 0);
    direction = next;
    if (moved < CLOSE_ENOUGH) break;
  }
  const largest = direction.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? direction.map((value) => -value) : direction;
}

/** X v: the coordinate of every point. */
function along(centered: Float64Array, width: number, direction: Float64Array): Float64Array {
  return Float64Array.from({ length: centered.length / width }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < width; c++) sum += centered[i * width + c]! * direction[c]!;
    return sum;
  });
}

/** X'u. */
function across(centered: Float64Array, width: number, weights: Float64Array): Float64Array {
  const sums = new Float64Array(width);
  weights.forEach((weight, i) => {
    for (let c = 0; c < width; c++) sums[c]! += weight * centered[i * width + c]!;
  });
  return sums;
}

function orthogonal(vector: Float64Array, others: readonly Float64Array[]): Float64Array {
  return others.reduce((left, other) => {
    const share = dot(left, other);
    return left.map((value, i) => value - share * other[i]!);
  }, vector);
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? vector.map((value) => value / length) : vector;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
