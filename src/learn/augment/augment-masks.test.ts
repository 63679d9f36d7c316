import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { augment, augmentMasks, namedAugmentation, sampleViewParams, AUGMENTATIONS } from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const SIDE = 16;
const BATCH = 6;

/** Rectangles of the classes 1 to `classes - 1`. */
function drawnMasks(classes: number): Int32Array {
  const source = random('masks', classes);
  const masks = new Int32Array(BATCH * SIDE * SIDE);
  for (let image = 0; image < BATCH; image++)
    for (let label = 1; label < classes; label++) {
      const [left, top] = [source.integer(SIDE - 7), source.integer(SIDE - 7)];
      for (let y = top; y < top + 7; y++)
        masks.fill(label, (image * SIDE + y) * SIDE + left, (image * SIDE + y) * SIDE + left + 7);
    }
  return masks;
}

test.each(AUGMENTATIONS)('%s: a mask moves as its image does, and no class appears', (name) => {
  tf.tidy(() => {
    const view = sampleViewParams(namedAugmentation(name, { size: SIDE }), {
      seed: 1,
      epoch: 2,
      indices: [0, 1, 2, 3, 4, 5],
      view: 0,
      sourceSize: SIDE,
    });
    const parts = Object.fromEntries(
      Object.entries(view).map(([part, { data, shape }]) => [part, tf.tensor(data, [...shape])]),
    );
    const { rotation, rows, columns } = parts;
    const geometry = { ...(rotation && { rotation }), ...(rows && { rows }), ...(columns && { columns }) };
    for (const classes of [2, 4]) {
      const masks = drawnMasks(classes);
      const moved = augmentMasks(tf.tensor3d(masks, [BATCH, SIDE, SIDE], 'int32'), parts, classes);
      expect([moved.dtype, moved.shape]).toEqual(['int32', [BATCH, SIDE, SIDE]]);
      const labels = moved.dataSync();
      // An image that is white where the mask has a class: wherever it is nearly white, the mask has the class.
      for (let label = 0; label < classes; label++) {
        const painted = Int32Array.from({ length: 3 * masks.length }, (_, i) =>
          masks[Math.floor(i / 3)] === label ? 255 : 0,
        );
        const image = augment(tf.tensor4d(painted, [BATCH, SIDE, SIDE, 3], 'int32'), geometry).dataSync();
        labels.forEach((found, pixel) => {
          if (image[3 * pixel]! > 0.51) expect(found).toBe(label);
          if (image[3 * pixel]! < 0.49 / classes) expect(found).not.toBe(label);
        });
      }
    }
  });
});
