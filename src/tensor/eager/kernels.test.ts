import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import './kernels.ts';

// Expected values by NumPy: matmul, einsum and indexing.

test('products broadcast batches as NumPy does', () => {
  const a = tf.reshape(tf.range(0, 4), [2, 1, 1, 2]);
  const b = tf.reshape(tf.range(0, 12), [2, 3, 2, 1]);
  expect([...tf.matMul(a, b).dataSync()]).toEqual([1, 3, 5, 33, 43, 53]);
  expect([...tf.matMul(a, tf.reshape(tf.range(0, 6), [3, 2, 1])).dataSync()]).toEqual([1, 3, 5, 3, 13, 23]);
});

test('einsum sums over all that the result does not have', () => {
  const a = tf.reshape(tf.range(0, 6), [2, 3]);
  const b = tf.reshape(tf.range(0, 8), [2, 4]);
  expect(tf.einsum('ij,ik->i', a, b).arraySync()).toEqual([18, 264]);
  expect(tf.einsum('ij->', a).arraySync()).toBe(15);
});

test('a strided slice that drops an axis keeps to the others', () => {
  const x = tf.reshape(tf.range(0, 60), [4, 5, 3]);
  expect(tf.stridedSlice(x, [3, 1, 0], [0, 2, 3], [-2, 1, 2], 0, 0, 0, 0, 2).arraySync()).toEqual([
    [48, 50],
    [18, 20],
  ]);
});
