/** The first two principal components of a cloud of points: the plane in which it is widest. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface PrincipalComponents {
  /** Coordinates of every point, [x, y] each. */
  readonly points: [number, number][];
  /** Share of the variance along x and along y; 0 if all points are equal. */
  readonly explained: [number, number];
}

/** Variances below this share of the whole are rounding. */
const RANK_TOLERANCE = 1e-12;

/**
 * `rows`: row-major [count, width]. The largest loading of either axis is positive, which fixes the signs as
 * scikit-learn does. The Gram matrix [count, count] is decomposed: there are a few hundred points, often of more
 * numbers each. Additions, products and square roots in one order give the same bits on every machine.
 */
export function principalComponents(rows: ArrayLike<number>, width: number): PrincipalComponents {
  const centered = Matrix.from1DArray(rows.length / width, width, Array.from(rows)).center('column');
  const gram = centered.mmul(centered.transpose());
  const decomposition = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const [x, y] = [1, 2].map((rank) => axisOf(centered, gram.trace(), decomposition, rank)) as [Axis, Axis];
  return {
    points: x.coordinates.map((value, i) => [value, y.coordinates[i] ?? 0]),
    explained: [x.share, y.share],
  };
}

interface Axis {
  readonly coordinates: readonly number[];
  readonly share: number;
}

/** Rank 1 is the widest axis, which the decomposition has last. */
function axisOf(centered: Matrix, total: number, decomposition: EigenvalueDecomposition, rank: number): Axis {
  const { realEigenvalues, eigenvectorMatrix } = decomposition;
  const variance = realEigenvalues.at(-rank) ?? 0;
  if (!(variance > RANK_TOLERANCE * total)) return { coordinates: realEigenvalues.map(() => 0), share: 0 };
  const direction = eigenvectorMatrix.getColumn(realEigenvalues.length - rank);
  const scale = signOf(centered, direction) * Math.sqrt(variance);
  return { coordinates: direction.map((value) => scale * value), share: variance / total };
}

/** The sign of the largest loading of an axis. */
function signOf(centered: Matrix, direction: readonly number[]): 1 | -1 {
  const loadings = Matrix.rowVector([...direction])
    .mmul(centered)
    .to1DArray();
  return loadings.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0) < 0 ? -1 : 1;
}
