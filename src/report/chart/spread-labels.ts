/**
 * Labels beside the ends of lines, moved apart so that none covers another: sorted by place, each moved below the one
 * above it, then those outside of the picture moved back up.
 */
import { at } from '../../util/known.ts';

export function spreadLabels(places: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = [...places.keys()].sort((a, b) => at(places, a) - at(places, b) || a - b);
  const moved = [...places];
  let least = top;
  for (const i of order) {
    moved[i] = Math.max(at(moved, i), least);
    least = moved[i] + gap;
  }
  let most = bottom;
  for (const i of order.reverse()) {
    moved[i] = Math.min(at(moved, i), most);
    most = moved[i] - gap;
  }
  return moved;
}

/** The same for lines that end at different x: only labels above one another can cover one another. */
export function spreadEnds(
  ends: readonly { readonly x: number; readonly y: number }[],
  gap: number,
  top: number,
  bottom: number,
): number[] {
  const moved = ends.map(({ y }) => y);
  for (const x of new Set(ends.map((end) => end.x))) {
    const column = [...ends.keys()].filter((i) => at(ends, i).x === x);
    for (const [k, y] of spreadLabels(
      column.map((i) => at(ends, i).y),
      gap,
      top,
      bottom,
    ).entries())
      moved[at(column, k)] = y;
  }
  return moved;
}
