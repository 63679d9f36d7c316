/** Convolutions of small images, which engines compute by products: values and gradients against the eager engine. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { random } from '../util/random.ts';
import { engines, expectAgreement, withGradients, type Drawn, type Make } from './agreement.test-support.ts';
import { float32, type HostTensor } from './index.ts';
import { findTensorflow } from './tensorflow/installation/place.ts';
import { openTensorflow } from './tensorflow/engine.ts';

afterAll(async () => {
  for (const engine of Object.values(engines)) await engine.dispose();
});

const F = (...shape: number[]): Drawn => float32(shape);

const convolution =
  (stride: number, pad: 'same' | 'valid' | number | [number, number, number, number]): Make =>
  ({ x, filter }) => {
    const explicit = Array.isArray(pad)
      ? ([
          [0, 0],
          [pad[0], pad[1]],
          [pad[2], pad[3]],
          [0, 0],
        ] as tf.backend_util.ExplicitPadding)
      : pad;
    return tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, explicit);
  };

const agrees = (title: string, x: Drawn, filter: Drawn, make: Make): void => {
  test(title, () =>
    expectAgreement(withGradients(make as (inputs: Record<string, tf.Tensor>) => tf.Tensor, ['x', 'filter']), {
      x,
      filter,
    }),
  );
};

describe('agree on every engine, values and gradients', () => {
  agrees('2x2 pixels, 3x3', F(3, 2, 2, 5), F(3, 3, 5, 7), convolution(1, 1));
  agrees('2x2 pixels, 3x3, channels that fill blocks', F(16, 2, 2, 32), F(3, 3, 32, 16), convolution(1, 1));
  agrees('2x2 pixels, 5x5', F(3, 2, 2, 4), F(5, 5, 4, 3), convolution(1, 2));
  agrees('2x2 pixels, 2x2, same', F(3, 2, 2, 4), F(2, 2, 4, 3), convolution(1, 'same'));
  agrees('3x3 pixels, 3x3', F(2, 3, 3, 16), F(3, 3, 16, 16), convolution(1, 1));
  agrees('3x2 pixels, 3x3', F(4, 3, 2, 3), F(3, 3, 3, 4), convolution(1, 1));
  agrees('4x4 to 2x2 pixels, stride 2', F(3, 4, 4, 6), F(3, 3, 6, 8), convolution(2, 1));
  agrees('3x3 to 2x2 pixels, stride 2', F(3, 3, 3, 6), F(3, 3, 6, 8), convolution(2, 1));
  agrees('5x5 to 2x2 pixels, stride 3, rows that no output sees', F(2, 5, 5, 3), F(2, 2, 3, 4), convolution(3, 1));
  agrees('padding that differs by side', F(3, 2, 3, 4), F(3, 3, 4, 5), convolution(1, [2, 1, 0, 1]));
  agrees('outputs on padding alone', F(2, 1, 1, 3), F(2, 2, 3, 4), convolution(1, [3, 0, 2, 0]));
  agrees('stride 2, more padding than the filter', F(2, 3, 3, 3), F(2, 2, 3, 4), convolution(2, [3, 1, 4, 0]));
  agrees('larger images, more padding than the filter', F(2, 9, 8, 5), F(3, 3, 5, 4), convolution(1, [4, 3, 5, 0]));
  agrees('every output on padding', F(2, 1, 1, 3), F(2, 2, 3, 4), convolution(3, [3, 0, 3, 0]));
  agrees('4x4 pixels, many channels', F(1, 4, 4, 256), F(3, 3, 256, 256), convolution(1, 1));

  test('drawn windows', async () => {
    for (let number = 0; number < 12; number++) {
      const source = random('small-convolutions', String(number));
      const up = (most: number): number => 1 + source.integer(most);
      const [height, width, rows, columns] = [up(4), up(4), up(3), up(3)];
      const pads = [0, 0, 0, 0].map(() => source.integer(2)) as [number, number, number, number];
      const filter = F(Math.min(rows, height), Math.min(columns, width), 3, 5);
      await expectAgreement(
        withGradients(convolution(up(2), pads) as (inputs: Record<string, tf.Tensor>) => tf.Tensor, ['x', 'filter']),
        { x: F(up(3), height, width, 3), filter },
        { seed: number },
      );
    }
  });
});

const added = findTensorflow();

/** To the nearest number of 8 significant bits; ties do not matter here. */
const toBfloat16 = (value: number): number => {
  const bits = new Float32Array([value]);
  const words = new Uint32Array(bits.buffer);
  words[0] = ((words[0] ?? 0) + 0x8000) & 0xffff0000;
  return bits[0] ?? 0;
};

/** The convolution of bfloat16 values in doubles, by loops: 3x3 on images of 2x2, padding 1. */
function bySlowLoops(x: Float32Array, w: Float32Array, n: number, c: number, d: number): Float64Array {
  const y = new Float64Array(n * 4 * d);
  for (let image = 0; image < n; image++)
    for (let to = 0; to < 4; to++)
      for (let from = 0; from < 4; from++) {
        const tap = ((from >> 1) - (to >> 1) + 1) * 3 + (from & 1) - (to & 1) + 1;
        for (let i = 0; i < c; i++)
          for (let o = 0; o < d; o++)
            y[(image * 4 + to) * d + o] =
              (y[(image * 4 + to) * d + o] ?? 0) +
              toBfloat16(x[(image * 4 + from) * c + i] ?? 0) * toBfloat16(w[(tap * c + i) * d + o] ?? 0);
      }
  return y;
}

test.runIf(added)('in bfloat16, a convolution of 2x2 pixels is as exact as its results can be', async () => {
  const [n, c, d] = [4, 64, 16];
  const engine = openTensorflow({ addon: added?.addon ?? '', threads: 1 });
  const source = random('bfloat16');
  const drawn = (shape: number[]): HostTensor<'float32'> => ({
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => source.normal()),
  });
  const [x, w] = [drawn([n, 2, 2, c]), drawn([3, 3, c, d])];
  const step = await engine.compile(
    ({ state, inputs }: { state: { w: tf.Tensor }; inputs: { x: tf.Tensor } }) => ({
      state,
      outputs: { y: tf.conv2d(inputs.x as tf.Tensor4D, state.w as tf.Tensor4D, 1, 1) },
    }),
    { state: { w }, inputs: { x: float32([n, 2, 2, c]) } },
    { precision: 'bfloat16' },
  );
  const { y } = await step.run({ x });
  const expected = bySlowLoops(x.data, w.data, n, c, d);
  // Two rounded products and a rounded sum: three halves of a unit in the last place of the largest term.
  const scale = Math.max(...expected.map(Math.abs));
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (y.data[i] ?? 0))), 0);
  expect(worst / scale).toBeLessThan(1.5 * 2 ** -8);
  await engine.dispose();
});
