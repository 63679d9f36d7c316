/** A map on which neighbors stay neighbors: UMAP (L. McInnes et al., arXiv 1802.03426). */
import { UMAP } from 'umap-js';
import { random } from '../../util/random.ts';

const NEIGHBORS = 15;
const ROUNDS = 200;
/** Below this a neighborhood is half of everything. */
export const MIN_UMAP_POINTS = 30;

/**
 * `rows`: row-major [count, width] of at least FEWEST_POINTS. The same seed gives the same map.
 *
 * Neighbors are exact. Similarity on the map falls as 1 / (1 + d^2), the paper's curve with a = b = 1. The paper's own
 * exponents (for a minimum distance of 0.1) need Math.pow. Its last bit differs between versions of Node, and the
 * optimization would make another map of it.
 */
export function umapLayout(rows: ArrayLike<number>, width: number, seed: number): [number, number][] {
  const source = random('umap', seed);
  const umap = new UMAP({ nComponents: 2, nNeighbors: NEIGHBORS, nEpochs: ROUNDS, random: () => source.uniform() });
  const points = Array.from({ length: rows.length / width }, (_, i) =>
    Array.from({ length: width }, (_, c) => rows[i * width + c] ?? 0),
  );
  const nearest = nearestOf(points);
  umap.setPrecomputedKNN(
    nearest.map((found) => found.map(({ index }) => index)),
    nearest.map((found) => found.map(({ distance }) => distance)),
  );
  umap.initializeFit(points);
  // The package offers no parameter for the curve.
  Object.assign((umap as unknown as { optimizationState: object }).optimizationState, { a: 1, b: 1 });
  for (let round = 0; round < ROUNDS; round++) umap.step();
  return umap.getEmbedding() as [number, number][];
}

/** The nearest points of each point, itself first; among equally near ones the first. */
function nearestOf(points: readonly (readonly number[])[]): { index: number; distance: number }[][] {
  return points.map((point, own) =>
    points
      .map((other, index) => ({
        index,
        distance: Math.sqrt(
          point.reduce((sum, value, c) => sum + (value - (other[c] ?? 0)) * (value - (other[c] ?? 0)), 0),
        ),
      }))
      .sort((a, b) => a.distance - b.distance || Number(b.index === own) - Number(a.index === own) || a.index - b.index)
      .slice(0, NEIGHBORS),
  );
}
