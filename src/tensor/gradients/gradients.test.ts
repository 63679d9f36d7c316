/** Gradients that tfjs lacks or has wrong, against differences of values. */
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { draw } from '../agreement.test-support.ts';
import '../eager/kernels.ts';
import { float32 } from '../host-tensor.ts';
import { toTfjs } from '../tfjs.ts';
import './index.ts';

const STEP = 1e-2;

/** Weighted, so that every element of the result counts differently. */
const weighted = (y: tf.Tensor): number => tf.sum(tf.mul(y, weights(y))).dataSync()[0]!;
const weights = (y: tf.Tensor): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: y.size }, (_, i) => Math.cos(i)),
    y.shape,
  );

function expectGradients(shapes: readonly (readonly number[])[], operation: (...x: tf.Tensor[]) => tf.Tensor): void {
  const values = shapes.map((shape, i) => draw(float32(shape), 'differences', i));
  const inputs = values.map(toTfjs);
  const found = tf.grads((...x: tf.Tensor[]) => {
    const y = operation(...x);
    return tf.sum(tf.mul(y, weights(y)));
  })(inputs);
  values.forEach((value, which) => {
    const expected = Array.from(value.data, (_, at) => {
      const moved = (by: number): number => {
        const data = Float32Array.from(value.data);
        data[at]! += by;
        return weighted(
          operation(...inputs.map((input, i) => (i === which ? tf.tensor(data, [...value.shape]) : input))),
        );
      };
      return (moved(STEP) - moved(-STEP)) / (2 * STEP);
    });
    const scale = Math.max(1, ...expected.map(Math.abs));
    const gradient = found[which]!.dataSync();
    expect(found[which]!.shape).toEqual(value.shape);
    expected.forEach((difference, at) => {
      expect(Math.abs(difference - gradient[at]!) / scale, `input ${which}, element ${at}`).toBeLessThan(5e-3);
    });
  });
}

const as4D = (x: tf.Tensor | undefined): tf.Tensor4D => x as tf.Tensor4D;

const CLAIMS: readonly [string, readonly (readonly number[])[], (...x: tf.Tensor[]) => tf.Tensor][] = [
  ['maximum that broadcasts', [[2, 3], [3]], (a, b) => tf.maximum(a, b)],
  ['minimum that broadcasts', [[2, 1], [3]], (a, b) => tf.minimum(a, b)],
  [
    'squaredDifference that broadcasts',
    [
      [2, 3],
      [2, 1],
    ],
    (a, b) => tf.squaredDifference(a, b),
  ],
  [
    'products in batches that broadcast',
    [
      [2, 1, 2, 3],
      [2, 3, 2],
    ],
    (a, b) => tf.matMul(a, b, true, true),
  ],
  [
    'einsum',
    [
      [2, 3],
      [2, 4],
    ],
    (a, b) => tf.einsum('ij,ik->i', a, b),
  ],
  ['einsum of one', [[2, 3, 2]], (a) => tf.einsum('ijk->k', a)],
  [
    'a dilated convolution',
    [
      [1, 6, 5, 2],
      [3, 2, 2, 2],
    ],
    (x, filter) => tf.conv2d(as4D(x), as4D(filter), 1, 'same', 'NHWC', [2, 3]),
  ],
  [
    'a dilated depthwise convolution',
    [
      [1, 6, 5, 2],
      [3, 2, 2, 2],
    ],
    (x, filter) => tf.depthwiseConv2d(as4D(x), as4D(filter), 1, 'valid', 'NHWC', 2),
  ],
  [
    'a convolution with stride',
    [
      [1, 6, 5, 2],
      [3, 3, 2, 2],
    ],
    (x, filter) => tf.conv2d(as4D(x), as4D(filter), 2, 1),
  ],
  ['cumsum along rows', [[3, 4, 2]], (x) => tf.cumsum(x, 1, true, true)],
  ['prod over two axes', [[2, 3, 2]], (x) => tf.prod(x, [-1, 0])],
  ['prod of what has a zero', [[4]], (x) => tf.prod(tf.mul(x, tf.tensor1d([1, 0, 1, 1])))],
  ['topk', [[2, 5]], (x) => tf.topk(x, 3).values],
  ['stridedSlice', [[4, 5, 3]], (x) => tf.stridedSlice(x, [3, 1, 0], [0, 2, 3], [-2, 1, 2], 0, 0, 0, 0, 2)],
  [
    'mirrorPad, reflected',
    [[3, 4]],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [2, 1],
          [0, 3],
        ],
        'reflect',
      ),
  ],
  [
    'mirrorPad, symmetric',
    [[3, 2]],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [2, 3],
          [1, 0],
        ],
        'symmetric',
      ),
  ],
  ['tile', [[2, 1, 3]], (x) => tf.tile(x, [2, 3, 1])],
  [
    'gather in batches',
    [[2, 2, 4]],
    (x) =>
      tf.gather(
        x,
        tf.tensor3d(
          [
            [
              [0, 3],
              [1, 1],
            ],
            [
              [2, 2],
              [0, 1],
            ],
          ],
          undefined,
          'int32',
        ),
        2,
        2,
      ),
  ],
  ['gather along the last axis', [[2, 4]], (x) => tf.gather(x, tf.tensor1d([3, 0, 3], 'int32'), -1)],
  [
    'gatherND',
    [[3, 2, 2]],
    (x) =>
      tf.gatherND(
        x,
        tf.tensor2d(
          [
            [2, 1],
            [0, 0],
            [2, 1],
          ],
          undefined,
          'int32',
        ),
      ),
  ],
  ['scatterND', [[3, 2]], (x) => tf.scatterND(tf.tensor2d([[2], [0], [2]], undefined, 'int32'), x, [4, 2])],
  ['diag', [[3]], (x) => tf.diag(x)],
  ['depthToSpace', [[1, 2, 3, 8]], (x) => tf.depthToSpace(as4D(x), 2)],
  ['resizing by half pixels', [[1, 3, 4, 2]], (x) => tf.image.resizeBilinear(as4D(x), [5, 2], false, true)],
  ['resizing with corners aligned', [[1, 3, 4, 2]], (x) => tf.image.resizeBilinear(as4D(x), [5, 2], true)],
  ['resizing to the nearest', [[1, 3, 4, 2]], (x) => tf.image.resizeNearestNeighbor(as4D(x), [5, 2], false, true)],
  ['localResponseNormalization', [[1, 2, 2, 5]], (x) => tf.localResponseNormalization(as4D(x), 1, 1, 0.5, 0.75)],
  ['prelu', [[2, 3], [3]], (x, alpha) => tf.prelu(x, alpha)],
];

test.each(CLAIMS)('the gradient of %s is the slope of its values', (_, shapes, operation) => {
  tf.tidy(() => {
    expectGradients(shapes, operation);
  });
});
