/** Slices and padding of plain values. */
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';

/** @param sides zeros before each axis, then after each */
export const pad = ({ model }: Lowering, name: Name, sides: readonly number[]): Name =>
  sides.every((side) => side === 0) ? name : model.op('Pad', [name, model.integers(sides)]);

export function slice(
  { model }: Lowering,
  name: Name,
  axes: readonly number[],
  begin: readonly number[],
  end: readonly number[],
  strides: readonly number[] = axes.map(() => 1),
): Name {
  return model.op('Slice', [name, ...[begin, end, axes, strides].map((numbers) => model.integers(numbers))]);
}
