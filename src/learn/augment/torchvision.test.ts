/**
 * Each operation against torchvision's of the same parameters: scripts/golden/torchvision_augment.py made the values.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { LUMA, brightness, contrast, grayscale, hue, saturation, type ColorOperation } from './color.ts';
import golden from './golden/torchvision.json' with { type: 'json' };
import { augment, type ViewParams } from './index.ts';
import { writeBlurMatrix, writeResizeMatrix, type AxisInterval } from './matrices.ts';

beforeAll(() => tf.setBackend('cpu'));

const { side, image } = golden;

/** Both compute in float32 and sum in different orders; values are of 0..1. */
const ROUNDING = 2e-6;

const seen = (view: ViewParams<tf.Tensor>): Float32Array =>
  augment(tf.tensor4d(image, [1, side, side, 3], 'int32'), view).dataSync() as Float32Array;

function farthest(found: Float32Array, expected: readonly number[]): number {
  expect(found).toHaveLength(expected.length);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(found[i]! - value)), 0);
}

function sampling(
  y: AxisInterval,
  x: AxisInterval,
  size: number,
  { upended = false, mirrored = false } = {},
): ViewParams<tf.Tensor> {
  const matrix = (interval: AxisInterval, flip: boolean) => {
    const rows = new Float32Array(size * side);
    writeResizeMatrix(rows, interval, side, size, flip);
    return tf.tensor(rows, [1, size, side]);
  };
  return { rows: matrix(y, upended), columns: tf.transpose(matrix(x, mirrored), [0, 2, 1]) };
}

const whole: AxisInterval = { start: 0, length: side };
const jittered = ({ matrix, shift }: ColorOperation): ViewParams<tf.Tensor> => ({
  colors: tf.tensor([...matrix], [1, 1, 3, 3]),
  shifts: tf.tensor([shift], [1, 1]),
});

test.each(golden.crops)(
  'a crop of $width x $height at ($left,$top), resized to $size px with antialiasing',
  ({ top, left, height, width, size, values }) => {
    expect(
      farthest(seen(sampling({ start: top, length: height }, { start: left, length: width }, size)), values),
    ).toBeLessThan(ROUNDING);
  },
);

test.each(golden.flips)('flipped, horizontally: $horizontal', ({ horizontal, values }) => {
  expect(
    farthest(seen(sampling(whole, whole, side, { mirrored: horizontal, upended: !horizontal })), values),
  ).toBeLessThan(ROUNDING);
});

// Coordinates of up to 14 pixels carry their float32 rounding into the interpolation.
test.each(golden.rotations)('turned by $degrees degrees', ({ degrees, values }) => {
  const angle = (degrees * Math.PI) / 180;
  const rotation = tf.tensor([Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)], [2, 1, 2]);
  expect(farthest(seen({ rotation }), values)).toBeLessThan(2e-5);
});

const OPERATIONS = { brightness, contrast, saturation };

// torchvision has luma with weights of four digits (0.2989, 0.587, 0.114), Pillow and Rec. 601 with three.
test.each(golden.colors)('$name by $factor', ({ name, factor, values }) => {
  expect(farthest(seen(jittered(OPERATIONS[name as keyof typeof OPERATIONS](factor))), values)).toBeLessThan(2e-4);
});

test('grayscale', () => {
  expect(farthest(seen({ colors: tf.tensor([...grayscale.matrix], [1, 1, 3, 3]) }), golden.grayscale)).toBeLessThan(
    2e-4,
  );
});

test.each(golden.blurs)('blurred by $width taps of sigma $sigma', ({ width, sigma, values }) => {
  const rows = new Float32Array(side * side);
  writeBlurMatrix(rows, side, width, sigma);
  expect(farthest(seen({ blur: tf.tensor(rows, [1, side, side]) }), values)).toBeLessThan(ROUNDING);
});

test('solarized from one half', () => {
  expect(farthest(seen({ threshold: tf.tensor([0.5]) }), golden.solarized)).toBeLessThan(ROUNDING);
});

// A turn at constant luma is not one at constant lightness: single colors land up to a fifteenth of the wheel
// elsewhere.
test.each(golden.hues)(
  'hue by $turns of the wheel, in YIQ where torchvision is in HSV: equally far on average',
  ({ turns, values }) => {
    const pixels = (flat: ArrayLike<number>) =>
      Array.from({ length: side * side }, (_, p) => [0, 1, 2].map((c) => flat[3 * p + c]!));
    const [before, theirs, ours] = [
      pixels(image.map((byte) => byte / 255)),
      pixels(values),
      pixels(seen(jittered(hue(turns)))),
    ];
    const ahead = before.flatMap((pixel, p) =>
      chroma(pixel) < 0.1 ? [] : [turnBetween(pixel, ours[p]!) - turnBetween(pixel, theirs[p]!)],
    );
    expect(ahead.length).toBeGreaterThan(100);
    expect(Math.abs(ahead.reduce((a, b) => a + b, 0) / ahead.length)).toBeLessThan(0.01);
    expect(Math.max(...ahead.map(Math.abs))).toBeLessThan(1 / 15);
  },
);

function chroma(pixel: readonly number[]): number {
  const luma = pixel.reduce((sum, value, c) => sum + value * LUMA[c]!, 0);
  return Math.hypot(...pixel.map((value) => value - luma));
}

/** By how much of the color wheel (HSV) one pixel is ahead of the other, -0.5 to 0.5. */
function turnBetween(from: readonly number[], to: readonly number[]): number {
  const turn = hueOf(to) - hueOf(from);
  return turn - Math.round(turn);
}

function hueOf([red, green, blue]: readonly number[]): number {
  return Math.atan2(Math.sqrt(3) * (green! - blue!), 2 * red! - green! - blue!) / (2 * Math.PI);
}
