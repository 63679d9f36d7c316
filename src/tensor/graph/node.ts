/** The parts of a graph. */
import type { DType } from '../host-tensor.ts';

export interface Spec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

export interface Value extends Spec {
  readonly node: Node;
  /** The number of the node's output. */
  readonly index: number;
}

export type Attributes = Readonly<Record<string, unknown>>;

export interface Node {
  readonly id: number;
  /** The name of a tfjs kernel, or one of the engine's own (kernels.ts). */
  readonly kernel: string;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
}

export type Numbers = Float32Array | Int32Array | Uint8Array;

/** Attributes of `Const`: one number that fills the shape, or all values. */
export type ConstAttributes = Spec &
  ({ readonly splat: number; readonly data?: never } | { readonly data: Numbers; readonly splat?: never });
