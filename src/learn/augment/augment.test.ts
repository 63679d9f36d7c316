import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { random } from '../../util/random.ts';
import {
  augment,
  sampleViewParams,
  namedAugmentation,
  viewParamSpecs,
  AUGMENTATIONS,
  type AugmentationName,
  type ViewParams,
} from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

type Image = number[][][]; // [y][x][channel]

const images = (count: number, size: number) => {
  const source = random('test images', count, size);
  return Int32Array.from({ length: count * size * size * 3 }, () => source.integer(256));
};

function run(data: Int32Array, count: number, size: number, view: ViewParams<HostTensor>): Float32Array {
  return tf.tidy(() => {
    const parts = Object.fromEntries(
      Object.entries(view).map(([name, { data, shape }]) => [name, tf.tensor(data as Float32Array, [...shape])]),
    );
    return augment(tf.tensor4d(data, [count, size, size, 3], 'int32'), parts).dataSync() as Float32Array;
  });
}

const draw = (name: AugmentationName, size: number, indices: number[], view = 0, sourceSize = size) =>
  sampleViewParams(namedAugmentation(name, { size }), { seed: 1, epoch: 2, indices, view, sourceSize });

describe('drawing', () => {
  test.each(AUGMENTATIONS)('%s fills just the shapes it announces', (name) => {
    for (const sourceSize of [16, 24]) {
      const view = draw(name, 16, [5, 9, 11], 1, sourceSize);
      const shapes = Object.fromEntries(
        Object.entries(view).map(([part, { dtype, shape }]) => [part, { dtype, shape }]),
      );
      expect(shapes).toEqual(viewParamSpecs(namedAugmentation(name, { size: 16 }), 3, sourceSize));
    }
  });

  test.each(AUGMENTATIONS.filter((name) => name !== 'none'))(
    '%s: an image has the same view in every batch, and another for each seed, epoch, image and view',
    (name) => {
      const spec = namedAugmentation(name, { size: 8 });
      const one = (seed: number, epoch: number, indices: number[], view: number, row: number) =>
        Object.entries(sampleViewParams(spec, { seed, epoch, indices, view, sourceSize: 8 })).map(
          ([part, { data, shape }]) => {
            // The batch is the second axis of these, and the first of the others.
            const axis = ['rotation', 'colors', 'shifts'].includes(part) ? 1 : 0;
            return [part, tf.tidy(() => [...tf.gather(tf.tensor(data, [...shape]), [row], axis).dataSync()])];
          },
        );
      const reference = one(1, 2, [7], 0, 0);
      expect(one(1, 2, [3, 7, 4], 0, 1)).toEqual(reference);
      for (const other of [one(9, 2, [7], 0, 0), one(1, 9, [7], 0, 0), one(1, 2, [9], 0, 0), one(1, 2, [7], 1, 0)])
        expect(other).not.toEqual(reference);
    },
  );

  test('frequencies are those of the augmentation', () => {
    const count = 2000;
    const { threshold, blur, colors } = sampleViewParams(namedAugmentation('byol', { size: 8 }), {
      seed: 0,
      epoch: 0,
      indices: Array.from({ length: count }, (_, i) => i),
      view: 1,
      sourceSize: 8,
    });
    const share = (rows: boolean[]) => rows.filter(Boolean).length / count;
    const samples = Array.from({ length: count }, (_, i) => i);
    expect(share(samples.map((i) => threshold!.data[i] === 0.5))).toBeCloseTo(0.2, 1);
    expect(share(samples.map((i) => blur!.data[64 * i] !== 1))).toBeCloseTo(0.1, 1);
    // Gray: the fifth operation has equal rows. Jitter: the four before it are not all the identity.
    expect(share(samples.map((i) => colors!.data[9 * (4 * count + i)] !== 1))).toBeCloseTo(0.2, 1);
    expect(
      share(
        samples.map((i) =>
          [0, 1, 2, 3].some(
            (k) => colors!.data[9 * (k * count + i) + 1] !== 0 || colors!.data[9 * (k * count + i)] !== 1,
          ),
        ),
      ),
    ).toBeCloseTo(0.8, 1);
  });

  test('every order of the four operations occurs', () => {
    const count = 600;
    const { shifts } = sampleViewParams(namedAugmentation('simclr', { size: 8 }), {
      seed: 0,
      epoch: 0,
      indices: Array.from({ length: count }, (_, i) => i),
      view: 0,
      sourceSize: 8,
    });
    const places = Array.from({ length: count }, (_, i) =>
      [0, 1, 2, 3].findIndex((k) => shifts!.data[k * count + i] !== 0),
    ).filter((k) => k >= 0);
    for (const k of [0, 1, 2, 3]) expect(places.filter((p) => p === k).length / places.length).toBeCloseTo(0.25, 1);
  });
});

describe('applying', () => {
  test('none at the source size only scales to 0..1', () => {
    const data = images(2, 5);
    expect(run(data, 2, 5, draw('none', 5, [0, 1]))).toEqual(
      Float32Array.from(data, (v) => Math.fround(v * Math.fround(1 / 255))),
    );
  });

  test('none at half the size weighs 1 3 3 1 along either axis', () => {
    const data = Int32Array.from({ length: 8 * 8 * 3 }, (_, i) => (Math.floor(i / 3) % 8) * 20); // a ramp along x
    const half = run(data, 1, 8, draw('none', 4, [0], 0, 8));
    for (let y = 0; y < 4; y++) expect(half[3 * (4 * y + 1)]).toBeCloseTo((2.5 * 20) / 255, 5);
  });

  test.each(AUGMENTATIONS)('%s agrees with plain loops', (name) => {
    const [size, sourceSize, count] = [7, 9, 6];
    const data = images(count, sourceSize);
    for (const view of [0, 1]) {
      const parts = draw(name, size, [0, 1, 2, 3, 4, 5], view, sourceSize);
      const actual = run(data, count, sourceSize, parts);
      for (let b = 0; b < count; b++) {
        const expected = oracle(
          data.subarray(b * sourceSize ** 2 * 3, (b + 1) * sourceSize ** 2 * 3),
          sourceSize,
          size,
          parts,
          b,
          count,
        ).flat(2);
        const found = actual.subarray(b * size ** 2 * 3, (b + 1) * size ** 2 * 3);
        expected.forEach((v, i) => {
          expect(found[i]).toBeCloseTo(v, 4);
        });
      }
    }
  });

  test.each(AUGMENTATIONS)('%s stays within 0..1', (name) => {
    const found = run(
      images(16, 12),
      16,
      12,
      draw(
        name,
        12,
        Array.from({ length: 16 }, (_, i) => i),
        1,
      ),
    );
    expect(Math.min(...found)).toBeGreaterThan(-1e-6);
    expect(Math.max(...found)).toBeLessThan(1 + 1e-6);
  });

  test('a quarter turn moves every pixel to where it belongs', () => {
    const size = 4;
    const data = images(1, size);
    const rotation = { dtype: 'float32' as const, shape: [2, 1, 2], data: Float32Array.of(0, -1, 1, 0) };
    const turned = run(data, 1, size, { rotation });
    // x = -y', y = x' about the center.
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        for (let c = 0; c < 3; c++)
          expect(turned[3 * (size * y + x) + c]).toBeCloseTo(data[3 * (size * x + (size - 1 - y)) + c]! / 255, 5);
  });

  test('solarizing inverts from one half on, and only where it is asked for', () => {
    const data = Int32Array.from([0, 127, 128, 255, 10, 200, 0, 127, 128, 255, 10, 200]);
    const threshold = { dtype: 'float32' as const, shape: [2], data: Float32Array.of(0.5, 2) };
    const out = run(Int32Array.from([...data, ...data]), 2, 2, { threshold });
    expect([...out].map((v) => Math.round(v * 255))).toEqual([0, 127, 127, 0, 10, 55, 0, 127, 127, 0, 10, 55, ...data]);
  });
});

/** The same view of one image, in loops over pixels. */
function oracle(
  data: Int32Array,
  from: number,
  to: number,
  view: ViewParams<HostTensor<'float32'>>,
  b: number,
  count: number,
): Image {
  const grid = (height: number, width: number, at: (y: number, x: number, c: number) => number): Image =>
    Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => [0, 1, 2].map((c) => at(y, x, c))),
    );
  const sum = (length: number, term: (i: number) => number) =>
    Array.from({ length }, (_, i) => term(i)).reduce((a, v) => a + v, 0);

  let x = grid(from, from, (y, x, c) => data[3 * (from * y + x) + c]! / 255);
  const { rotation, rows, columns, colors, shifts, blur, threshold } = view;
  if (rotation) {
    const source = x;
    const center = (from - 1) / 2;
    const pixel = (y: number, x: number) => source[reflect(y, from)]![reflect(x, from)]!;
    x = grid(from, from, (y, x, c) => {
      const [u, v] = [0, 1].map(
        (axis) =>
          center +
          rotation.data[2 * (axis * count + b)]! * (x - center) +
          rotation.data[2 * (axis * count + b) + 1]! * (y - center),
      ) as [number, number];
      const [u0, v0] = [Math.floor(u), Math.floor(v)];
      return [0, 1].reduce(
        (all, j) =>
          all +
          [0, 1].reduce(
            (a, i) => a + (1 - Math.abs(u - u0 - i)) * (1 - Math.abs(v - v0 - j)) * pixel(v0 + j, u0 + i)[c]!,
            0,
          ),
        0,
      );
    });
  }
  if (rows && columns) {
    const source = x;
    x = grid(to, to, (y, x, c) =>
      sum(
        from,
        (i) =>
          rows.data[(b * to + y) * from + i]! *
          sum(from, (j) => columns.data[(b * from + j) * to + x]! * source[i]![j]![c]!),
      ),
    );
  }
  for (let k = 0; k < (colors?.shape[0] ?? 0); k++) {
    const mean =
      x.flat().reduce((a, [r, g, bl]) => a + 0.299 * r! + 0.587 * g! + 0.114 * bl!, 0) / (x.length * x.length);
    const jitter = k < (shifts?.shape[0] ?? 0);
    const added = jitter ? shifts!.data[k * count + b]! * mean : 0;
    x = x.map((row) =>
      row.map((pixel) =>
        [0, 1, 2].map((c) => {
          const v = sum(3, (d) => colors!.data[9 * (k * count + b) + 3 * c + d]! * pixel[d]!) + added;
          return jitter ? Math.min(1, Math.max(0, v)) : v;
        }),
      ),
    );
  }
  if (blur) {
    const source = x;
    x = grid(to, to, (y, x, c) =>
      sum(
        to,
        (i) =>
          blur.data[(b * to + y) * to + i]! * sum(to, (j) => blur.data[(b * to + x) * to + j]! * source[i]![j]![c]!),
      ),
    );
  }
  if (threshold) x = x.map((row) => row.map((pixel) => pixel.map((v) => (v >= threshold.data[b]! ? 1 - v : v))));
  return x;
}

/** Pixel -1 is pixel 0: mirrored at the edge of the image. */
const reflect = (i: number, size: number): number => (i < 0 ? -1 - i : i < size ? i : 2 * size - 1 - i);
