/**
 * Numbers as they are written to files: rounded, because the last bit of Math.pow and of summation differs between
 * Node versions and processors, and free of any locale.
 */

/** Rounds to significant digits (metrics have 6). Non-finite values are returned as they are. */
export function significant(value: number, digits = 6): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}
