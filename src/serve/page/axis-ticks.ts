/** Round numbers along an axis. */
import { ticks } from 'd3-array';

export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** @param isWhole only integers are marked: epochs */
export function axisOf(values: readonly number[], count: number, isWhole = false): Axis {
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  if (finite.length === 0) return { low: 0, high: 1, ticks: [0, 1] };
  if (low === high) return { low: low - spreadOf(low, isWhole), high: high + spreadOf(high, isWhole), ticks: [low] };
  return { low, high, ticks: ticks(low, high, count).filter((tick) => !isWhole || Number.isInteger(tick)) };
}

const spreadOf = (value: number, isWhole: boolean): number => (isWhole || value === 0 ? 1 : Math.abs(value) / 10);

/** @returns the place of a value between two ends of the picture */
export function scaleOf({ low, high }: Axis, [from, to]: readonly [number, number]): (value: number) => number {
  return (value) => Math.round((from + ((value - low) / (high - low)) * (to - from)) * 10) / 10;
}
