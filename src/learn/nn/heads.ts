/** Heads on the pooled features [B, width]. Linear layers hold [output, input], as torchvision's `fc`. */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { initializeLinear, type RandomKey } from './initialize.ts';
import type { Variables } from './variables.ts';
import { field } from '../../util/known.ts';

/** torchvision's name. */
export const CLASSIFIER_NAME = 'fc';

/** Logits [B, classes]. */
export const linearClassifier = (params: Variables<tf.Tensor>, features: tf.Tensor): tf.Tensor2D =>
  linearLayer(CLASSIFIER_NAME, params, features);

export const initializeClassifier = (
  width: number,
  classes: number,
  key: RandomKey,
): Record<string, HostTensor<'float32'>> => initializeLinear(CLASSIFIER_NAME, width, classes, key);

/** x W^T + b. */
export function linearLayer(name: string, params: Variables<tf.Tensor>, x: tf.Tensor): tf.Tensor2D {
  return tf.add(
    tf.matMul(x as tf.Tensor2D, params[`${name}.weight`] as tf.Tensor2D, false, true),
    field(params, `${name}.bias`),
  );
}
