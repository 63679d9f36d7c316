/** The tensors of a convolution and of its gradients. */
import type { Value } from '../../graph/node.ts';

export interface Forward {
  readonly x: Value;
  readonly filter: Value;
  readonly y: Value;
}

export interface InputGradient {
  readonly dy: Value;
  readonly filter: Value;
  readonly dx: Value;
}

export interface FilterGradient {
  readonly x: Value;
  readonly dy: Value;
  readonly dFilter: Value;
}
