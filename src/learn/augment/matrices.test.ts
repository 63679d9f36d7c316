import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeBlurMatrix, blurKernelSize, writeResizeMatrix } from './matrices.ts';

const resized = (start: number, length: number, size: number, out: number, flip = false) => {
  const target = new Float32Array(out * size);
  writeResizeMatrix(target, { start, length }, size, out, flip);
  return Array.from({ length: out }, (_, i) => [...target.subarray(i * size, (i + 1) * size)]);
};
const apply = (matrix: number[][], x: number[]) => matrix.map((row) => row.reduce((sum, w, j) => sum + w * x[j]!, 0));

test('the whole axis at its own size is the identity', () => {
  expect(resized(0, 4, 4, 4)).toEqual([
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
  ]);
});

test('halving weighs neighbors 1 3 3 1, as a triangle filter of radius two does', () => {
  expect(resized(0, 8, 8, 4)[1]!.map((w) => 8 * w)).toEqual([0, 1, 3, 3, 1, 0, 0, 0]);
  // At the border the tap outside is missing and the rest is scaled up.
  expect(resized(0, 8, 8, 4)[0]!.slice(0, 4)).toEqual([3, 3, 1, 0].map((w) => Math.fround(w / 7)));
});

test('doubling interpolates at the quarters', () => {
  const doubled = apply(resized(0, 3, 3, 6), [0, 4, 8]);
  expect(doubled).toEqual([0, 1, 3, 5, 7, 8]);
});

test('flipping reverses the output, and pixels outside the crop do not count', () => {
  expect(resized(1, 4, 6, 3, true)).toEqual(resized(1, 4, 6, 3).reverse());
  const far = resized(2, 2, 6, 4).flatMap((row) => [row[0], row[1], row[4], row[5]]);
  expect(far.every((w) => w === 0)).toBe(true);
});

// A sampled triangle of broken radius is not quite symmetric: shrinking is exact to a tenth of a pixel only.
test.each([
  [3.25, 7.5, 1e-5],
  [3.25, 20.5, 0.1],
])('a ramp stays a ramp: a crop from %f of %f pixels is sampled where it should be', (start, length, tolerance) => {
  const sampled = apply(
    resized(start, length, 32, 11),
    Array.from({ length: 32 }, (_, j) => j),
  );
  // Away from the borders of the crop, where taps are missing.
  for (let i = 1; i < 10; i++)
    expect(Math.abs(sampled[i]! - (start + ((i + 0.5) * length) / 11 - 0.5))).toBeLessThan(tolerance);
});

test('every row sums to one and has no negative weight, whatever the crop', () => {
  const boxes = fc
    .integer({ min: 1, max: 40 })
    .chain((size) =>
      fc.tuple(
        fc.constant(size),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
    );
  fc.assert(
    fc.property(boxes, fc.boolean(), ([size, out, share, place], flip) => {
      const length = share * size;
      for (const row of resized(place * (size - length), length, size, out, flip)) {
        expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
      }
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('blur has the widths of SimCLR: 23 of 224 px, 7 of 64, 3 of 28', () => {
  expect([224, 64, 32, 28, 8].map(blurKernelSize)).toEqual([23, 7, 3, 3, 3]);
});

test('blur is the Gaussian of its sigma, mirrored at the border', () => {
  const target = new Float32Array(25);
  writeBlurMatrix(target, 5, 3, 0.8);
  const side = Math.exp(-1 / (2 * 0.64));
  const [center, next] = [1 / (1 + 2 * side), side / (1 + 2 * side)];
  const rows = [
    [center, 2 * next, 0, 0, 0],
    [next, center, next, 0, 0],
  ];
  rows.forEach((row, i) => {
    row.forEach((w, j) => {
      expect(target[5 * i + j]).toBeCloseTo(w, 6);
    });
  });
  expect(target[24]).toBeCloseTo(center, 6);
  expect(target[23]).toBeCloseTo(2 * next, 6);
});
