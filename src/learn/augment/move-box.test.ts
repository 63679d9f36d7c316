/** Boxes move as their images do: against the image of a bright spot, and closed forms. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, test } from 'vitest';
import { augment, moveBox, namedAugmentation, sampleGeometries, sampleViewParams } from './index.ts';

const SIZE = 48;
const SPOT = { left: 29, top: 18, width: 4, height: 4 };

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** The center of brightness of an image of one spot, in pixels from the left and upper edges. */
function centerOfSpot(image: Float32Array): { readonly x: number; readonly y: number } {
  let [x, y, all] = [0, 0, 0];
  for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
    const value = image[3 * pixel]!;
    x += value * ((pixel % SIZE) + 0.5);
    y += value * (Math.floor(pixel / SIZE) + 0.5);
    all += value;
  }
  return { x: x / all, y: y / all };
}

test.each(['fundus', 'light-flipped', 'skin'] as const)('the box of a spot is where %s moves the spot', (name) => {
  const augmentation = { ...namedAugmentation(name, { size: SIZE }), jitter: null, blur: null };
  const draw = { seed: 3, epoch: 2, indices: [0, 1, 2, 3, 4, 5, 6, 7], view: 0, sourceSize: SIZE };
  const image = new Float32Array(SIZE * SIZE * 3);
  for (let y = SPOT.top; y < SPOT.top + 4; y++)
    image.fill(255, 3 * (y * SIZE + SPOT.left), 3 * (y * SIZE + SPOT.left + 4));
  const { rotation, rows, columns } = sampleViewParams(augmentation, draw);
  const tensor = (host: typeof rotation) => host && tf.tensor(host.data, [...host.shape]);
  const view = Object.fromEntries(
    Object.entries({ rotation: tensor(rotation), rows: tensor(rows), columns: tensor(columns) }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const batch = tf.tile(tf.tensor4d(image, [1, SIZE, SIZE, 3]), [8, 1, 1, 1]);
  const views = augment(batch, view as never).dataSync() as Float32Array;
  let seen = 0;
  sampleGeometries(augmentation, draw).forEach((geometry, i) => {
    const moved = moveBox(SPOT, geometry, { from: SIZE, to: SIZE });
    // A spot at the border is cut, and a rotation mirrors the image there.
    if (moved === undefined || Math.min(moved.left, moved.top) < 2) return;
    if (Math.max(moved.left + moved.width, moved.top + moved.height) > SIZE - 2) return;
    const { x, y } = centerOfSpot(views.subarray(i * SIZE * SIZE * 3, (i + 1) * SIZE * SIZE * 3));
    expect(Math.abs(moved.left + moved.width / 2 - x)).toBeLessThan(0.2);
    expect(Math.abs(moved.top + moved.height / 2 - y)).toBeLessThan(0.2);
    seen++;
  });
  expect(seen).toBeGreaterThan(3);
});

const STILL = {
  angle: 0,
  crop: { x: { start: 0, length: 40 }, y: { start: 0, length: 40 } },
  mirrored: false,
  upended: false,
};
const SIDES = { from: 40, to: 40 };
const BOX = { left: 10, top: 5, width: 8, height: 4 };

test('flips mirror a box, a crop enlarges and cuts it, and a center outside drops it', () => {
  expect(moveBox(BOX, { ...STILL, mirrored: true }, SIDES)).toEqual({ ...BOX, left: 22 });
  expect(moveBox(BOX, { ...STILL, upended: true }, SIDES)).toEqual({ ...BOX, top: 31 });
  const crop = (start: number) => ({ ...STILL, crop: { x: { start, length: 20 }, y: STILL.crop.y } });
  expect(moveBox(BOX, crop(12), SIDES)).toEqual({ ...BOX, left: 0, width: 12 });
  expect(moveBox(BOX, crop(15), SIDES)).toBeUndefined();
});

test('a quarter turn exchanges the sides, and a turned disc keeps its box', () => {
  const turned = moveBox(BOX, { ...STILL, angle: Math.PI / 2 }, SIDES)!;
  expect([turned.width, turned.height]).toEqual([expect.closeTo(4), expect.closeTo(8)]);
  const disc = moveBox({ left: 16, top: 16, width: 8, height: 8 }, { ...STILL, angle: 0.7 }, SIDES)!;
  expect([disc.left, disc.width]).toEqual([expect.closeTo(16), expect.closeTo(8)]);
});
