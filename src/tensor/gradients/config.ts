/** The form of a gradient in this room. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../graph/node.ts';

export interface Gradient {
  /** The inputs kept for the way back, in this order. */
  readonly saved: readonly string[] | 'all';
  /** The gradients by input. */
  readonly of: (
    dy: tf.Tensor,
    saved: readonly tf.Tensor[],
    attributes: Attributes,
  ) => Readonly<Record<string, () => tf.Tensor>>;
}

export type GradientTable = Readonly<Record<string, Gradient>>;
