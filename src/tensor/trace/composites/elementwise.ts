/** Elementwise operations in a line or two. */
import * as tf from '@tensorflow/tfjs-core';
import { composite, type CompositeTable } from './composite.ts';

/** The angle of (b, a): the arc tangent in the right half-plane, moved by half a turn in the left one. */
const atan2 = composite(['a', 'b'], ({ a, b }) => {
  const turned = tf.where(tf.less(a, 0), tf.scalar(-Math.PI), tf.scalar(Math.PI));
  const isLeft = tf.less(b, 0);
  const isUpright = tf.equal(b, 0);
  const slope = tf.atan(tf.div(a, tf.where(isUpright, tf.onesLike(b), b)));
  const upright = tf.mul(tf.sign(a), Math.PI / 2);
  return tf.where(isUpright, upright, tf.add(slope, tf.where(isLeft, turned, tf.zerosLike(turned))));
});

export const ELEMENTWISE_COMPOSITES: CompositeTable = {
  Atan2: atan2,
  Prelu: composite(['x', 'alpha'], ({ x, alpha }) => tf.where(tf.less(x, 0), tf.mul(x, alpha), x)),
};
