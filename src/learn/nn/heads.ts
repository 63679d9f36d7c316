/** What stands on the pooled features [B, width]. Linear layers hold [output, input], as torchvision's `fc`. */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { initialiseLinear, type Key } from './initialise.ts';
import type { Variables } from './variables.ts';

/** torchvision's name. */
const CLASSIFIER = 'fc';

/** Logits [B, classes]. */
export const classify = (params: Variables<tf.Tensor>, features: tf.Tensor): tf.Tensor2D => linear(CLASSIFIER, params, features);

export const initialiseClassifier = (width: number, classes: number, key: Key): Record<string, HostTensor<'float32'>> => initialiseLinear(CLASSIFIER, width, classes, key);

/** Width of the space that SimCLR's loss compares in (section 4.2 of its paper: 128). */
const PROJECTION = 128;

/** "A MLP with one hidden layer": width -> width, ReLU, width -> 128 (SimCLR, section 2.1 and appendix B.6). */
export function project(params: Variables<tf.Tensor>, features: tf.Tensor): tf.Tensor2D {
  return linear('projection.1', params, tf.relu(linear('projection.0', params, features)));
}

export function initialiseProjection(width: number, key: Key): Record<string, HostTensor<'float32'>> {
  return { ...initialiseLinear('projection.0', width, width, key), ...initialiseLinear('projection.1', width, PROJECTION, key) };
}

/** x W^T + b. */
function linear(name: string, params: Variables<tf.Tensor>, x: tf.Tensor): tf.Tensor2D {
  return tf.add(tf.matMul(x as tf.Tensor2D, params[`${name}.weight`] as tf.Tensor2D, false, true), params[`${name}.bias`]!);
}
