/**
 * The distances between the edges of two masks, by MONAI's definitions: an edge pixel belongs to the mask, and one of
 * its four neighbors does not; beyond the picture there is no mask.
 */
import type { Mask } from './mask.ts';

interface SurfaceDistances {
  /** Of every edge pixel of `found`: the distance to the next edge pixel of `wanted`, in pixels. */
  readonly fromFound: Float64Array;
  /** Of every edge pixel of `wanted`: the distance to the next edge pixel of `found`, in pixels. */
  readonly fromWanted: Float64Array;
}

/** `of`: the class, which both masks have. */
export function surfaceDistances(found: Mask, wanted: Mask, of: number): SurfaceDistances {
  const box = boxOf([found, wanted], of);
  const [foundEdge, wantedEdge] = [edgeOf(found, of, box), edgeOf(wanted, of, box)];
  return {
    fromFound: distancesAt(foundEdge, squaredDistances(wantedEdge, box)),
    fromWanted: distancesAt(wantedEdge, squaredDistances(foundEdge, box)),
  };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest box around the class in all masks. */
function boxOf(masks: readonly Mask[], of: number): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (const { data, width } of masks)
    for (let i = data.indexOf(of); i >= 0; i = data.indexOf(of, i + 1)) {
      const x = i % width;
      const y = (i - x) / width;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** 1 for each pixel of the box that is an edge. */
function edgeOf({ data, width, height }: Mask, of: number, box: Box): Uint8Array {
  const has = (x: number, y: number): boolean =>
    x >= 0 && x < width && y >= 0 && y < height && data[y * width + x] === of;
  const edge = new Uint8Array(box.width * box.height);
  for (let row = 0; row < box.height; row++)
    for (let column = 0; column < box.width; column++) {
      const [x, y] = [box.left + column, box.top + row];
      const isInside = has(x - 1, y) && has(x + 1, y) && has(x, y - 1) && has(x, y + 1);
      if (has(x, y) && !isInside) edge[row * box.width + column] = 1;
    }
  return edge;
}

/**
 * From every pixel of the box to the next edge pixel, squared: P. Felzenszwalb and D. Huttenlocher, "Distance
 * Transforms of Sampled Functions", 2012, columns first, then rows.
 */
function squaredDistances(edge: Uint8Array, { width, height }: Box): Float64Array {
  const squared = Float64Array.from(edge, (isEdge) => (isEdge ? 0 : Infinity));
  const column = new Float64Array(height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) column[y] = squared[y * width + x] ?? 0;
    transformLine(column).forEach((value, y) => (squared[y * width + x] = value));
  }
  for (let y = 0; y < height; y++) squared.set(transformLine(squared.slice(y * width, (y + 1) * width)), y * width);
  return squared;
}

/** For each place p of a line: the least of (p - q)^2 + values[q] over all q, as the lower envelope of parabolas. */
function transformLine(values: Float64Array): Float64Array {
  const roots: number[] = [];
  /** The parabola of each root is the lowest from here on. */
  const starts: number[] = [];
  values.forEach((value, q) => {
    if (value === Infinity) return;
    let start = -Infinity;
    while (roots.length > 0) {
      const root = roots[roots.length - 1] ?? 0;
      start = (value + q * q - ((values[root] ?? 0) + root * root)) / (2 * (q - root));
      if (start > (starts[starts.length - 1] ?? -Infinity)) break;
      roots.pop();
      starts.pop();
      start = -Infinity;
    }
    roots.push(q);
    starts.push(start);
  });
  let current = 0;
  return values.map((_, p) => {
    if (roots.length === 0) return Infinity;
    while (current + 1 < roots.length && (starts[current + 1] ?? Infinity) <= p) current++;
    const root = roots[current] ?? 0;
    return (p - root) ** 2 + (values[root] ?? 0);
  });
}

function distancesAt(edge: Uint8Array, squared: Float64Array): Float64Array {
  return Float64Array.from(
    squared.filter((_, i) => edge[i] === 1),
    Math.sqrt,
  );
}
