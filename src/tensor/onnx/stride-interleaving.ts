/** Puts an image together from its even and odd rows and columns. */
import { fourSides } from '../graph/sides.ts';
import type { Arrangement } from './layout.ts';
import { reshape } from './layout.ts';
import type { Model, Name } from './model.ts';

/**
 * `parts[row parity][column parity]`, each blocked with half the height and width, rounded up; a missing part is zero.
 */
export function interleaveStrides(
  model: Model,
  parts: readonly (readonly (Name | undefined)[])[],
  { declared }: Arrangement,
  block: number,
): Name {
  const [batch, channels, height, width] = fourSides(declared);
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const outer = (batch * channels) / block;
  // First the columns of either parity of row, [outer rows, 2 columns b], then the rows.
  const lines = parts.map((halves) => joined(model, halves, outer * rows * columns, block));
  const image = joined(model, lines, outer * rows, 2 * columns * block);
  if (image === undefined) throw new Error('Internal error: an image without any part.');
  if (height === 2 * rows && width === 2 * columns) return reshape(model, image, declared);
  const whole = reshape(model, image, [outer, 2 * rows, 2 * columns, block]);
  const cropped = model.op('Slice', [
    whole,
    model.integers([0, 0]),
    model.integers([height, width]),
    model.integers([1, 2]),
  ]);
  return reshape(model, cropped, declared);
}

/** [count, 2, inner] from two halves of [count, inner], and either half may be zero. */
function joined(
  model: Model,
  [even, odd]: readonly (Name | undefined)[],
  count: number,
  inner: number,
): Name | undefined {
  const half = (name: Name): Name => reshape(model, name, [count, 1, inner]);
  if (even !== undefined && odd !== undefined) return model.op('Concat', [half(even), half(odd)], { axis: 1 });
  if (even !== undefined) return model.op('Pad', [half(even), model.integers([0, 0, 0, 0, 1, 0])]);
  if (odd !== undefined) return model.op('Pad', [half(odd), model.integers([0, 1, 0, 0, 0, 0])]);
  return undefined;
}
