/** Where the taps of a filter meet the images that it moves over. */
import type { Window } from './attributes.ts';

/** One tap along one axis: at `count` outputs from `output` on, at inputs `stride` apart from `input` on. */
export interface Meeting {
  readonly output: number;
  readonly input: number;
  readonly count: number;
  readonly stride: number;
}

export const rowsOf = ({
  padInfo,
  filterHeight,
  strideHeight,
  dilationHeight,
  inHeight,
  outHeight,
}: Window): Meeting[] =>
  Array.from({ length: filterHeight }, (_, tap) =>
    meeting(tap * dilationHeight - padInfo.top, strideHeight, inHeight, outHeight),
  );

export const columnsOf = ({ padInfo, filterWidth, strideWidth, dilationWidth, inWidth, outWidth }: Window): Meeting[] =>
  Array.from({ length: filterWidth }, (_, tap) =>
    meeting(tap * dilationWidth - padInfo.left, strideWidth, inWidth, outWidth),
  );

/** The part of a filter that meets images at all, from row `top` and column `left` on; `taps` row by row, as they lie in memory. */
export interface MetTaps {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly taps: readonly Tap[];
}

export interface Tap {
  readonly row: number;
  readonly column: number;
  readonly down: Meeting;
  readonly across: Meeting;
}

/** None where the filter sees nothing but padding. */
export function metTaps(window: Window): MetTaps | undefined {
  const [rows, columns] = [rowsOf(window), columnsOf(window)];
  const [top, left] = [firstMet(rows), firstMet(columns)];
  if (top === -1 || left === -1) return undefined;
  const [height, width] = [lastMet(rows) - top + 1, lastMet(columns) - left + 1];
  const taps = Array.from({ length: height * width }, (_, i): Tap => {
    const [row, column] = [top + Math.floor(i / width), left + (i % width)];
    return { row, column, down: rows[row]!, across: columns[column]! };
  });
  return { top, left, height, width, taps };
}

function meeting(offset: number, stride: number, side: number, outputs: number): Meeting {
  const first = Math.max(0, Math.ceil(-offset / stride));
  const last = Math.min(outputs - 1, Math.floor((side - 1 - offset) / stride));
  return { output: first, input: first * stride + offset, count: Math.max(0, last - first + 1), stride };
}

const firstMet = (meetings: readonly Meeting[]): number => meetings.findIndex(({ count }) => count > 0);
const lastMet = (meetings: readonly Meeting[]): number => meetings.findLastIndex(({ count }) => count > 0);
