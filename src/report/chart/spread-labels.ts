/**
 * Labels beside the ends of lines, moved apart so that none covers another: sorted by place, each pushed below the one
 * above it, then all that left the picture pushed back up.
 */
export function spreadLabels(places: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = [...places.keys()].sort((a, b) => places[a]! - places[b]! || a - b);
  const moved = [...places];
  let least = top;
  for (const i of order) {
    moved[i] = Math.max(moved[i]!, least);
    least = moved[i] + gap;
  }
  let most = bottom;
  for (const i of order.reverse()) {
    moved[i] = Math.min(moved[i]!, most);
    most = moved[i] - gap;
  }
  return moved;
}
