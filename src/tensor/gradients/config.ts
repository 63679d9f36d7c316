/** The form of a gradient in this room. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../graph/node.ts';

export interface Gradient {
  /** The inputs kept for the way back, in this order. */
  readonly saved: readonly string[] | 'all';
  /** The gradients by input. */
  readonly of: (dy: tf.Tensor, saved: readonly tf.Tensor[], attributes: Attributes) => GradientsByInput;
}

type GradientsByInput = Readonly<Record<string, () => tf.Tensor>>;

export type GradientTable = Readonly<Record<string, Gradient>>;

/** A gradient that is given the inputs it names, and attributes of the type that it states. */
export function gradient<const N extends string>(
  names: readonly N[],
  of: (saved: Readonly<Record<N, tf.Tensor>>, dy: tf.Tensor, attributes: never) => GradientsByInput,
): Gradient {
  return {
    saved: names,
    of: (dy, saved, attributes) => {
      const named = Object.fromEntries(names.map((name, i) => [name, saved[i]])) as Record<N, tf.Tensor>;
      return of(named, dy, attributes as never);
    },
  };
}
