/** The ranges in which the taps of a filter meet the image. */
import type { Window } from './attributes.ts';

/** One tap along one axis: at `count` outputs from `output` on, at inputs `stride` apart from `input` on. */
export interface TapRange {
  readonly output: number;
  readonly input: number;
  readonly count: number;
  readonly stride: number;
}

export const tapRowRanges = ({
  padInfo,
  filterHeight,
  strideHeight,
  dilationHeight,
  inHeight,
  outHeight,
}: Window): TapRange[] =>
  Array.from({ length: filterHeight }, (_, tap) =>
    tapRange(tap * dilationHeight - padInfo.top, strideHeight, inHeight, outHeight),
  );

export const tapColumnRanges = ({
  padInfo,
  filterWidth,
  strideWidth,
  dilationWidth,
  inWidth,
  outWidth,
}: Window): TapRange[] =>
  Array.from({ length: filterWidth }, (_, tap) =>
    tapRange(tap * dilationWidth - padInfo.left, strideWidth, inWidth, outWidth),
  );

/**
 * The part of a filter that meets images at all, from row `top` and column `left` on; `taps` row by row, as in memory.
 */
export interface UsedTaps {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly taps: readonly FilterTap[];
}

export interface FilterTap {
  readonly row: number;
  readonly column: number;
  readonly down: TapRange;
  readonly across: TapRange;
}

/** None if the filter sees only padding. */
export function usedTaps(window: Window): UsedTaps | undefined {
  const [rows, columns] = [tapRowRanges(window), tapColumnRanges(window)];
  const [top, left] = [firstUsed(rows), firstUsed(columns)];
  if (top === -1 || left === -1) return undefined;
  const [height, width] = [lastUsed(rows) - top + 1, lastUsed(columns) - left + 1];
  const taps = Array.from({ length: height * width }, (_, i): FilterTap => {
    const [row, column] = [top + Math.floor(i / width), left + (i % width)];
    return { row, column, down: rows[row]!, across: columns[column]! };
  });
  return { top, left, height, width, taps };
}

function tapRange(offset: number, stride: number, side: number, outputs: number): TapRange {
  const first = Math.max(0, Math.ceil(-offset / stride));
  const last = Math.min(outputs - 1, Math.floor((side - 1 - offset) / stride));
  return { output: first, input: first * stride + offset, count: Math.max(0, last - first + 1), stride };
}

const firstUsed = (meetings: readonly TapRange[]): number => meetings.findIndex(({ count }) => count > 0);
const lastUsed = (meetings: readonly TapRange[]): number => meetings.findLastIndex(({ count }) => count > 0);
