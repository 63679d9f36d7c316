/** What stands on the pooled features [B, width]. Linear layers hold [output, input], as torchvision's `fc`. */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { initialiseLinear, type Key } from './initialise.ts';
import type { Variables } from './variables.ts';

/** torchvision's name. */
export const CLASSIFIER = 'fc';

/** Logits [B, classes]. */
export const classify = (params: Variables<tf.Tensor>, features: tf.Tensor): tf.Tensor2D =>
  linear(CLASSIFIER, params, features);

export const initialiseClassifier = (width: number, classes: number, key: Key): Record<string, HostTensor<'float32'>> =>
  initialiseLinear(CLASSIFIER, width, classes, key);

/** x W^T + b. */
export function linear(name: string, params: Variables<tf.Tensor>, x: tf.Tensor): tf.Tensor2D {
  return tf.add(
    tf.matMul(x as tf.Tensor2D, params[`${name}.weight`] as tf.Tensor2D, false, true),
    params[`${name}.bias`]!,
  );
}
