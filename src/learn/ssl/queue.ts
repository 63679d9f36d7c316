/**
 * Embeddings of past batches, first in, first out. The newest rows come first and the oldest fall off the end, so that
 * a batch need not divide the length, and there is no pointer to keep: a compiled step writes its whole state in any
 * case.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { random, type KeyPart } from '../../util/random.ts';

/** [length, d] and [rows, d] to [length, d]. */
export function enqueueRows(queue: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D {
  return tf.slice(tf.concat([rows, queue]), 0, queue.shape[0]);
}

/** Random directions: until it has gone round once, a queue holds embeddings of nothing. */
export function randomQueue(
  length: number,
  width: number,
  key: readonly [KeyPart, ...KeyPart[]],
): HostTensor<'float32'> {
  const source = random(...key);
  const data = new Float32Array(length * width);
  for (let row = 0; row < length; row++) {
    const direction = Array.from({ length: width }, () => source.normal());
    const norm = Math.hypot(...direction);
    data.set(
      direction.map((value) => value / norm),
      row * width,
    );
  }
  return { dtype: 'float32', shape: [length, width], data };
}
