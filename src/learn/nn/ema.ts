/** Networks that follow another at a distance: exponential moving averages of its parameters. */
import * as tf from '@tensorflow/tfjs-core';
import type { Variables } from './variables.ts';
import { field } from '../../util/known.ts';

/** momentum * average + (1 - momentum) * current, tensor by tensor; `momentum` a scalar. */
export function emaUpdate(
  average: Variables<tf.Tensor>,
  current: Variables<tf.Tensor>,
  momentum: tf.Tensor,
): Variables<tf.Tensor> {
  const share = tf.sub(1, momentum);
  return Object.fromEntries(
    Object.entries(average).map(([name, value]) => [
      name,
      tf.add(tf.mul(value, momentum), tf.mul(field(current, name), share)),
    ]),
  );
}

/** From `base` at step 0 to 1 at the last along half a cosine (BYOL, section 3.3). */
export function cosineMomentum(base: number, step: number, steps: number): number {
  return 1 - ((1 - base) * (Math.cos((Math.PI * step) / steps) + 1)) / 2;
}
