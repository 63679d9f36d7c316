import { expect, test } from 'vitest';
import { overlayHeatmap } from './overlay.ts';

/** Black, so that the overlay shows half of its color. */
const SIZE = 4;
const black = new Uint8Array(SIZE * SIZE * 3);
const pixel = (picture: Uint8Array, x: number, y: number) => [
  ...picture.subarray(3 * (SIZE * y + x), 3 * (SIZE * y + x) + 3),
];
const DARK = [0x44, 0x01, 0x54].map((byte) => Math.round(byte / 2));
const BRIGHT = [0xfd, 0xe7, 0x25].map((byte) => Math.round(byte / 2));

test('the largest value is the brightest color, zero the darkest, whatever the scale', () => {
  for (const scale of [1e-6, 1, 1e6]) {
    const picture = overlayHeatmap(black, SIZE, Float32Array.of(0, 0, 0, scale), 2);
    expect(pixel(picture, 0, 0)).toEqual(DARK);
    expect(pixel(picture, 3, 3)).toEqual(BRIGHT);
  }
});

test('between places colors are interpolated, equally along both axes', () => {
  const picture = overlayHeatmap(black, SIZE, Float32Array.of(0, 0, 0, 1), 2);
  // A quarter and three quarters of the way, squared: values 1/16, 3/16 and 9/16.
  expect(
    new Set(
      [
        [1, 1],
        [1, 2],
        [2, 1],
        [2, 2],
        [3, 3],
      ].map(([x, y]) => String(pixel(picture, x!, y!))),
    ).size,
  ).toBe(4);
  expect(pixel(picture, 1, 2)).toEqual(pixel(picture, 2, 1));
});

test('a map of zeros is dark all over, and the gray picture shows through', () => {
  const image = black.slice();
  image.set([255, 255, 255], 0);
  const picture = overlayHeatmap(image, SIZE, new Float32Array(4), 2);
  expect(pixel(picture, 1, 0)).toEqual(DARK);
  expect(pixel(picture, 0, 0)).toEqual([0x44, 0x01, 0x54].map((byte) => Math.round(127.5 + byte / 2)));
});
