/** The separation of classes in a scatter plot, as one number. */
import type { Point } from './point.ts';

/**
 * The share of points whose nearest other point has the same label; of equally near ones the first counts. Null for
 * fewer than two.
 */
export function separation(points: readonly Point[], labels: readonly number[]): number | null {
  if (points.length < 2) return null;
  const alike = points.filter(([x, y], i) => {
    let nearest = -1;
    let least = Infinity;
    points.forEach(([otherX, otherY], j) => {
      const distance = (otherX - x) ** 2 + (otherY - y) ** 2;
      if (j !== i && distance < least) [nearest, least] = [j, distance];
    });
    return labels[nearest] === labels[i];
  });
  return alike.length / points.length;
}
