import { expect, test } from 'vitest';
import { LUMA, brightness, contrast, grayscale, hue, saturation, type ColorOperation } from './color.ts';

/** One image of two pixels. */
const image = [
  [0.9, 0.2, 0.4],
  [0.1, 0.6, 0.3],
];
const luma = (pixel: number[]) => pixel.reduce((sum, v, c) => sum + v * LUMA[c]!, 0);
const mean = (luma(image[0]!) + luma(image[1]!)) / 2;
const on = ({ matrix, shift }: ColorOperation, pixel: number[]) =>
  [0, 1, 2].map((r) => [0, 1, 2].reduce((sum, c) => sum + matrix[3 * r + c]! * pixel[c]!, shift * mean));

const close = (actual: number[], expected: number[]) => {
  expected.forEach((v, i) => {
    expect(actual[i]).toBeCloseTo(v, 6);
  });
};

test.each([0, 0.3, 1, 1.7])(
  'brightness, contrast and saturation by %f blend with black, the mean luma, and luma',
  (factor) => {
    for (const pixel of image) {
      close(
        on(brightness(factor), pixel),
        pixel.map((v) => factor * v),
      );
      close(
        on(contrast(factor), pixel),
        pixel.map((v) => factor * v + (1 - factor) * mean),
      );
      close(
        on(saturation(factor), pixel),
        pixel.map((v) => factor * v + (1 - factor) * luma(pixel)),
      );
    }
  },
);

test('grayscale is saturation zero', () => {
  close([...grayscale.matrix], [...saturation(0).matrix]);
});

test('hue keeps luma and grays, adds up, and closes after a whole turn', () => {
  const pixel = image[0]!;
  const twice = on(hue(0.07), on(hue(0.1), pixel));
  close(twice, on(hue(0.17), pixel));
  close(on(hue(1), pixel), pixel);
  close(on(hue(0), pixel), pixel);
  close([luma(on(hue(0.23), pixel))], [luma(pixel)]);
  close(on(hue(0.31), [0.4, 0.4, 0.4]), [0.4, 0.4, 0.4]);
});

test('hue turns red to green first, as the color wheel does', () => {
  const [red, green, blue] = on(hue(1 / 3), [1, 0, 0]) as [number, number, number];
  expect(green).toBeGreaterThan(red);
  expect(green).toBeGreaterThan(blue);
});

test('hue agrees with YIQ done step by step', () => {
  // NTSC's matrix and its published inverse (four digits).
  const pixel = [0.7, 0.3, 0.5];
  const angle = -2 * Math.PI * 0.11;
  const i = 0.5959 * 0.7 - 0.2746 * 0.3 - 0.3213 * 0.5;
  const q = 0.2115 * 0.7 - 0.5227 * 0.3 + 0.3112 * 0.5;
  const [i2, q2] = [i * Math.cos(angle) - q * Math.sin(angle), i * Math.sin(angle) + q * Math.cos(angle)];
  const y = luma(pixel);
  const expected = [y + 0.9563 * i2 + 0.621 * q2, y - 0.2721 * i2 - 0.6474 * q2, y - 1.107 * i2 + 1.7046 * q2];
  on(hue(0.11), pixel).forEach((v, c) => {
    expect(v).toBeCloseTo(expected[c]!, 3);
  });
});
