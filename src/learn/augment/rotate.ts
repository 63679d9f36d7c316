/** Rotation about the center of the image: bilinear, with mirrored borders. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * `x`: `[B, R, R, C]`; `rotation`: `[2, B, 2]`, see ViewParams. Corners need the mirror once at most: sqrt(2) / 2 < 1.
 */
export function rotate(x: tf.Tensor4D, rotation: tf.Tensor): tf.Tensor4D {
  const [batch, size, , channels] = x.shape;
  const pixels = size * size;
  const center = (size - 1) / 2;

  // [2B, P]: x, then y
  const turned = tf.add(tf.matMul(tf.reshape(rotation, [2 * batch, 2]), gridAbout(center, size)), center);
  const place = tf.clipByValue(mirrored(turned, size), 0, size - 1);
  const low = tf.floor(place);
  const share = tf.sub(place, low);
  // Whole numbers from here on: float32 cannot count the pixels of a large batch.
  const before = tf.cast(low, 'int32');
  const after = tf.minimum(tf.add(before, tf.scalar(1, 'int32')), tf.scalar(size - 1, 'int32'));

  const half = (both: tf.Tensor, second: 0 | 1) => tf.slice(both, [second * batch, 0], [batch, pixels]);
  const flat = tf.reshape(x, [batch * pixels, channels]);
  const start = tf.tensor2d(
    Int32Array.from({ length: batch }, (_, i) => i * pixels),
    [batch, 1],
    'int32',
  );
  const at = (rows: tf.Tensor, columns: tf.Tensor) => {
    const index = tf.add(tf.add(tf.mul(half(rows, 1), tf.scalar(size, 'int32')), half(columns, 0)), start);
    return tf.gather(flat, tf.reshape<tf.Rank.R1>(index, [batch * pixels])); // [B * P, C]
  };
  const across = tf.reshape(half(share, 0), [batch * pixels, 1]);
  const down = tf.reshape(half(share, 1), [batch * pixels, 1]);
  const upper = between(at(before, before), at(before, after), across);
  const lower = between(at(after, before), at(after, after), across);
  return tf.reshape(between(upper, lower, down), x.shape);
}

const between = (a: tf.Tensor, b: tf.Tensor, share: tf.Tensor): tf.Tensor => tf.add(a, tf.mul(tf.sub(b, a), share));

/** Coordinates of every pixel relative to the center, `[2, P]`: x, then y. */
function gridAbout(center: number, size: number): tf.Tensor2D {
  const x = Array.from({ length: size * size }, (_, p) => (p % size) - center);
  const y = Array.from({ length: size * size }, (_, p) => Math.floor(p / size) - center);
  return tf.tensor2d(Float32Array.from([...x, ...y]), [2, size * size]);
}

/** Reflects coordinates beyond either border, half a pixel outside the outermost centers. */
function mirrored(place: tf.Tensor, size: number): tf.Tensor {
  const fromLeft = tf.sub(tf.abs(tf.add(place, 0.5)), 0.5);
  return tf.sub(size - 0.5, tf.abs(tf.sub(size - 0.5, fromLeft)));
}
