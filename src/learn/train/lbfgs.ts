/**
 * The minimum of a smooth convex function by L-BFGS (Nocedal and Wright, "Numerical Optimization", 2006, algorithms 7.4
 * and 7.5): steps follow the curvature of the last gradients and are halved until they lower the function enough.
 */

/** The value at a point; writes the gradient there into `gradient`. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

interface Minimum {
  readonly at: Float64Array;
  readonly steps: number;
  /** True if the gradient vanished; false if the steps ran out. */
  readonly converged: boolean;
}

interface Pair {
  readonly moved: Float64Array;
  readonly turned: Float64Array; // how the gradient changed on the way
  readonly inverse: number; // 1 / (moved . turned)
}

const MEMORY = 10;
const SUFFICIENT = 1e-4;
const HALVINGS = 40;

/** Stops when no component of the gradient is larger than `tolerance`. The same numbers give the same steps. */
export function lbfgs(
  objective: Objective,
  start: Float64Array,
  { tolerance, steps }: { readonly tolerance: number; readonly steps: number },
): Minimum {
  let at = start.slice();
  let gradient = new Float64Array(at.length);
  let value = objective(at, gradient);
  let pairs: Pair[] = [];
  for (let step = 0; step < steps; step++) {
    if (largest(gradient) <= tolerance) return { at, steps: step, converged: true };
    const direction = descent(gradient, pairs);
    const next = lineSearch(
      objective,
      { at, value, gradient },
      direction,
      pairs.length === 0 ? Math.min(1, 1 / largest(gradient)) : 1,
    );
    if (next === null) return { at, steps: step, converged: false };
    pairs = [...pairs, pairOf(at, next.at, gradient, next.gradient)]
      .filter(({ inverse }) => inverse > 0 && Number.isFinite(inverse))
      .slice(-MEMORY);
    ({ at, value, gradient } = next);
  }
  return { at, steps, converged: largest(gradient) <= tolerance };
}

interface Point {
  readonly at: Float64Array<ArrayBuffer>;
  readonly value: number;
  readonly gradient: Float64Array<ArrayBuffer>;
}

/** null if rounding leaves nothing to gain. */
function lineSearch(objective: Objective, from: Point, direction: Float64Array, first: number): Point | null {
  const slope = dot(from.gradient, direction);
  let length = first;
  for (let i = 0; i < HALVINGS; i++) {
    const at = from.at.map((x, d) => x + length * (direction[d] ?? 0));
    const gradient = new Float64Array(at.length);
    const value = objective(at, gradient);
    if (value <= from.value + SUFFICIENT * length * slope) return { at, value, gradient };
    length /= 2;
  }
  return null;
}

/** Minus the gradient, bent by the curvature that the pairs remember (the two-loop recursion). */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((x) => -x);
  const bends = pairs.toReversed().map((pair) => {
    const share = pair.inverse * dot(pair.moved, direction);
    add(direction, pair.turned, -share);
    return { ...pair, share };
  });
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.inverse * dot(last.turned, last.turned));
    direction.forEach((x, d) => {
      direction[d] = x * scale;
    });
  }
  for (const { moved, turned, inverse, share } of bends.toReversed())
    add(direction, moved, share - inverse * dot(turned, direction));
  return direction;
}

function pairOf(
  before: Float64Array,
  after: Float64Array,
  gradientBefore: Float64Array,
  gradientAfter: Float64Array,
): Pair {
  const moved = after.map((x, d) => x - (before[d] ?? 0));
  const turned = gradientAfter.map((x, d) => x - (gradientBefore[d] ?? 0));
  return { moved, turned, inverse: 1 / dot(moved, turned) };
}

function add(to: Float64Array, what: Float64Array, times: number): void {
  for (let d = 0; d < to.length; d++) to[d] = (to[d] ?? 0) + times * (what[d] ?? 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] ?? 0) * (b[d] ?? 0);
  return sum;
}

function largest(gradient: Float64Array): number {
  return gradient.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}
