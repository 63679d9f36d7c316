/** Against Pillow, whose functions torchvision calls: scripts/golden/pillow_augment.py made the values. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { brightness, contrast, saturation } from './color.ts';
import golden from './golden/pillow.json' with { type: 'json' };
import { augment } from './index.ts';
import { writeResizeMatrix } from './matrices.ts';

beforeAll(() => tf.setBackend('cpu'));

const { side, image } = golden;
const batch = () => tf.tensor4d(image, [1, side, side, 3], 'int32');

/** Pillow rounds to bytes, once for each axis or operation. */
function expectWithin(found: Float32Array, expected: readonly number[], bytes: number): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((v, i) => {
    expect(Math.abs(255 * v - expected[i]!)).toBeLessThan(bytes);
  });
}

test.each(golden.crops)(
  "a crop of $width x $height at ($left, $top), resized to $size px, is Pillow's",
  ({ left, top, width, height, size, values }) => {
    const rows = new Float32Array(size * side);
    writeResizeMatrix(rows, { start: top, length: height }, side, size, false);
    const across = new Float32Array(size * side);
    writeResizeMatrix(across, { start: left, length: width }, side, size, false);
    const found = tf.tidy(
      () =>
        augment(batch(), {
          rows: tf.tensor(rows, [1, size, side]),
          columns: tf.transpose(tf.tensor(across, [1, size, side]), [0, 2, 1]),
        }).dataSync() as Float32Array,
    );
    expectWithin(found, values, 1.5);
  },
);

const OPERATIONS = { brightness, contrast, saturation };

test.each(golden.colors)("$name by $factor is Pillow's", ({ name, factor, values }) => {
  const { matrix, shift } = OPERATIONS[name as keyof typeof OPERATIONS](factor);
  const found = tf.tidy(
    () =>
      augment(batch(), {
        colors: tf.tensor([...matrix], [1, 1, 3, 3]),
        shifts: tf.tensor([shift], [1, 1]),
      }).dataSync() as Float32Array,
  );
  // Pillow also rounds luma before it blends.
  expectWithin(found, values, 2);
});
