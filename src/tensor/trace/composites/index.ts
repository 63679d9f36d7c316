/** Kernels that the tracer writes with others, so that no engine needs to know them. */
import type * as tf from '@tensorflow/tfjs-core';
import { FUSED } from './fused.ts';
import { IMAGES } from './images.ts';
import { PICKING } from './picking.ts';
import { SMALL } from './small.ts';

export type Attributes = Readonly<Record<string, unknown>>;

/** Operations of tfjs on the kernel's inputs; what they are called is tfjs-core's. */
export type Composite = (inputs: Readonly<Record<string, tf.Tensor>>, attributes: Attributes) => tf.Tensor;

export type CompositeTable = Readonly<Record<string, Composite>>;

export const COMPOSITES: ReadonlyMap<string, Composite> = new Map(Object.entries({ ...FUSED, ...IMAGES, ...PICKING, ...SMALL }));
