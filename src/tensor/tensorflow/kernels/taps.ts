/** Where the taps of a filter meet the images that it moves over, one axis at a time. */
import type { Window } from '../../graph/attributes.ts';

/** One tap along one axis: at `count` outputs from `output` on, at inputs `stride` apart from `input` on. */
export interface Meeting {
  readonly output: number;
  readonly input: number;
  readonly count: number;
  readonly stride: number;
}

export const rowsOf = ({ padInfo, filterHeight, strideHeight, dilationHeight, inHeight, outHeight }: Window): Meeting[] =>
  Array.from({ length: filterHeight }, (_, tap) => meeting(tap * dilationHeight - padInfo.top, strideHeight, inHeight, outHeight));

export const columnsOf = ({ padInfo, filterWidth, strideWidth, dilationWidth, inWidth, outWidth }: Window): Meeting[] =>
  Array.from({ length: filterWidth }, (_, tap) => meeting(tap * dilationWidth - padInfo.left, strideWidth, inWidth, outWidth));

function meeting(offset: number, stride: number, side: number, outputs: number): Meeting {
  const first = Math.max(0, Math.ceil(-offset / stride));
  const last = Math.min(outputs - 1, Math.floor((side - 1 - offset) / stride));
  return { output: first, input: first * stride + offset, count: Math.max(0, last - first + 1), stride };
}
