/** Random small programs: the compiled graph computes the results of tfjs, operation by operation, with gradients. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, test } from 'vitest';
import { draw, engines, evaluate, expectClose, withGradients } from './agreement.test-support.ts';
import { float32 } from './host-tensor.ts';
import { batchNormTraining } from './index.ts';

afterAll(async () => {
  for (const engine of Object.values(engines)) await engine.dispose();
});

/**
 * Operations from images [16, 4, 4, 16] to images of that shape. They are smooth, so that rounding cannot choose
 * another branch.
 */
const OPERATIONS: readonly ((
  x: tf.Tensor4D,
  earlier: tf.Tensor4D,
  filter: tf.Tensor4D,
  vector: tf.Tensor1D,
) => tf.Tensor)[] = [
  (x, earlier) => tf.add(x, earlier),
  (x, earlier) => tf.mul(x, tf.tanh(earlier)),
  (x) => tf.sigmoid(x),
  (x, _, __, vector) => tf.mul(x, vector),
  (x, _, __, vector) => tf.add(x, tf.reshape(vector, [1, 1, 1, 16])),
  (x, _, filter) => tf.mul(tf.conv2d(x, filter, 1, 1), 0.1),
  (x, _, filter) => tf.conv2d(x, tf.slice(filter, [1, 1, 0, 0], [1, 1, 16, 16]), 1, 0),
  (x, _, filter) => tf.tile(tf.mul(tf.conv2d(x, filter, 2, 1), 0.1), [1, 2, 2, 1]),
  (x, _, __, vector) => batchNormTraining(x, tf.add<tf.Tensor1D>(tf.tanh(vector), 1.5), vector, 1e-3).y,
  (x) => tf.sub(x, tf.mean(x, [1, 2], true)),
  (x) => tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), 3, true), 1))),
  (x) => tf.transpose(x, [0, 2, 1, 3]),
  (x) =>
    tf.slice(
      tf.pad(x, [
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 0],
      ]),
      [0, 0, 1, 0],
      [16, 4, 4, 16],
    ),
  (x) => tf.reverse(x, 1),
  (x) => tf.concat([tf.slice(x, [8, 0, 0, 0], [8, 4, 4, 16]), tf.slice(x, [0, 0, 0, 0], [8, 4, 4, 16])], 0),
  (x) => tf.reshape(tf.softmax(tf.reshape(x, [16, 256])), [16, 4, 4, 16]),
  (x) => tf.tile(tf.avgPool(x, 2, 2, 'valid'), [1, 2, 2, 1]),
  (x) => tf.reshape(tf.einsum('nhwc,dc->nhwd', x, tf.mul(tf.eye(16), 0.7)), [16, 4, 4, 16]),
  (x, _, filter) => tf.mul(tf.conv2d(x, filter, 1, 'same', 'NHWC', 2), 0.1),
  (x, _, filter) => tf.mul(tf.depthwiseConv2d(x, tf.slice(filter, [0, 0, 0, 0], [3, 3, 16, 1]), 1, 'same'), 0.5),
  (x, earlier) =>
    tf.reshape(
      tf.mul(tf.matMul(tf.reshape(x, [16, 16, 16]), tf.reshape(tf.tanh(earlier), [16, 16, 16]), false, true), 0.05),
      [16, 4, 4, 16],
    ),
  (x) => tf.image.resizeBilinear(tf.image.resizeBilinear(x, [7, 5], false, true), [4, 4], false, true),
  // A block of a decoder: coarse activations enlarged, beside earlier ones, convolved.
  (x, earlier, filter) => {
    const coarse = tf.slice(tf.avgPool(x, 2, 2, 'valid'), [0, 0, 0, 0], [16, 2, 2, 8]);
    const skip = tf.slice(earlier, [0, 0, 0, 8], [16, 4, 4, 8]);
    const joined = tf.concat([tf.image.resizeBilinear(coarse, [4, 4], false, true), skip], 3);
    return tf.mul(tf.conv2d(joined, filter, 1, 1), 0.1);
  },
  (x) => tf.gather(x, tf.tensor1d([3, 0, 0, 2], 'int32'), 2),
  (x) =>
    tf.slice(
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 2],
          [0, 3],
          [0, 0],
        ],
        'reflect',
      ),
      [0, 2, 1, 0],
      [16, 4, 4, 16],
    ),
  (x) => tf.reverse(tf.stridedSlice(x, [0, 3, 0, 0], [16, -5, 4, 16], [1, -1, 1, 1]), 3),
  (x) => tf.mul(tf.cumsum(x, 1), 0.5),
  (x) => tf.concat(tf.split(x, [4, 12], 3).reverse(), 3),
  (x) => tf.stack(tf.unstack(x, 1).reverse(), 2),
  (x) => tf.logSoftmax(x),
  (x) => tf.elu(tf.add(x, 5)),
  (x, earlier, _, vector) =>
    tf.add(x, tf.mul(tf.sum(tf.squaredDifference(tf.tanh(earlier), vector), [1, 2], true), 0.01)),
  (x) =>
    tf.mul(
      x,
      tf.reshape(
        tf.oneHot(tf.mod(tf.range(0, 16, 1, 'int32'), tf.scalar(4, 'int32')), 16, 2, 1, 'float32'),
        [16, 1, 1, 16],
      ),
    ),
  (x) =>
    tf.where(
      tf.greater(
        tf.cos(
          tf.tensor(
            Float32Array.from({ length: 4096 }, (_, i) => i),
            [16, 4, 4, 16],
          ),
        ),
        0,
      ),
      x,
      tf.mul(x, 2),
    ),
];

/** Every one is compiled by every engine: a dozen takes seconds. */
const PROGRAMS = Number(process.env.RANDOM_PROGRAMS ?? 12);

const step = fc.record({ operation: fc.nat(OPERATIONS.length - 1), from: fc.nat(8), with: fc.nat(8) });

test(
  'values and gradients of programs of up to eight operations agree on every engine',
  async () => {
    const inputs = {
      x: draw(float32([16, 4, 4, 16]), 'x'),
      filter: draw(float32([3, 3, 16, 16]), 'filter'),
      vector: draw(float32([16]), 'vector'),
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (program) => {
        const make = withGradients(
          ({ x, filter, vector }) => {
            const values = [x as tf.Tensor4D];
            for (const { operation, from, with: other } of program) {
              // Mostly the latest value, so that programs are deep; sometimes an earlier one, so that they branch.
              const at = (back: number): tf.Tensor4D => values[Math.max(0, values.length - 1 - Math.max(0, back - 5))]!;
              values.push(
                OPERATIONS[operation]!(
                  at(from),
                  at(other),
                  filter as tf.Tensor4D,
                  vector as tf.Tensor1D,
                ) as tf.Tensor4D,
              );
            }
            return tf.add(tf.add(values.at(-1)!, tf.mul(tf.sum(filter!), 0.01)), tf.mul(tf.sum(vector!), 0.01));
          },
          ['x', 'filter', 'vector'],
        );
        const expected = await evaluate(engines.eager, make, inputs);
        for (const [name, engine] of Object.entries(engines))
          if (name !== 'eager') expectClose(await evaluate(engine, make, inputs), expected, name, 2e-4);
      }),
      { numRuns: PROGRAMS },
    );
  },
  PROGRAMS * 30_000,
);
