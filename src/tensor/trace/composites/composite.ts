/** The form of a composite: a kernel written with other kernels. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../../graph/node.ts';

/** Operations of tfjs on the kernel's inputs. Names of inputs and attributes are tfjs-core's. */
export type Composite = (inputs: Readonly<Record<string, tf.Tensor>>, attributes: Attributes) => tf.Tensor;

export type CompositeTable = Readonly<Record<string, Composite>>;

/** Inputs by name; a name that ends in `?` may be missing. */
export type InputTensors<N extends string> = {
  readonly [P in N as P extends `${string}?` ? never : P]: tf.Tensor;
} & {
  readonly [P in N as P extends `${infer Q}?` ? Q : never]?: tf.Tensor;
};

/** A composite that is given the inputs it names, and attributes of the type that it states. */
export function composite<const N extends string>(
  names: readonly N[],
  compose: (inputs: InputTensors<N>, attributes: never) => tf.Tensor,
): Composite {
  return (inputs, attributes) => {
    const missing = names.find((name) => !name.endsWith('?') && inputs[name] === undefined);
    if (missing !== undefined) throw new Error(`Internal error: tfjs gives a kernel no input "${missing}".`);
    return compose(inputs as InputTensors<N>, attributes as never);
  };
}
