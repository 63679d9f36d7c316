/** The form of a composite: a kernel written with other kernels. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../../graph/node.ts';

/** Operations of tfjs on the kernel's inputs; what they are called is tfjs-core's. */
export type Composite = (inputs: Readonly<Record<string, tf.Tensor>>, attributes: Attributes) => tf.Tensor;

export type CompositeTable = Readonly<Record<string, Composite>>;
