/** Coordinates are written with at most two decimals: enough for any screen, and equal on every processor. */
export function coordinate(value: number): number {
  return Math.round(value * 100) / 100 + 0; // + 0 turns -0 into 0
}
