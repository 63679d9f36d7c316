/** Values and gradients in one pass, with other results of the forward pass. */
import * as tf from '@tensorflow/tfjs-core';
import { TraceError } from './errors.ts';
import './gradients/index.ts';
import { callStack, callSiteOf } from './trace/call-site.ts';
import { mapTree } from './tree.ts';
import type { Tree } from './host-tensor.ts';

export interface ValueAndGrads<P, A> {
  readonly value: tf.Scalar;
  readonly aux: A;
  /** Named and shaped like the parameters. */
  readonly gradients: { readonly [K in keyof P]: tf.Tensor };
}

/**
 * The scalar `value` of `loss`, its gradient for every parameter, and `aux`, a tree of tensors that carry no gradient
 * on. Throws TraceError for a parameter that the value does not depend on.
 */
export function valueAndGrads<P extends Readonly<Record<string, tf.Tensor>>, A>(
  loss: (params: P) => { readonly value: tf.Scalar; readonly aux: A },
  params: P,
): ValueAndGrads<P, A> {
  const names = Object.keys(params);
  let aux: Tree<tf.Tensor> = {};
  const forward = (): tf.Scalar => {
    const result = loss(params);
    // Tensors of the forward pass are disposed with it, so these are copied.
    aux = mapTree(result.aux as Tree<tf.Tensor>, (tensor) => tf.keep(tensor.clone()));
    return result.value;
  };
  const { value, grads } = withHelp(() =>
    tf.engine().gradients(
      forward,
      names.map((name) => params[name]!),
      undefined,
      true,
    ),
  );
  const gradients = names.map((name, i) => {
    const gradient = grads[i] as tf.Tensor | null | undefined;
    if (gradient === null || gradient === undefined)
      throw new TraceError(
        `The loss does not depend on the parameter "${name}". Leave it out of the parameters, or use it.`,
      );
    return [name, gradient] as const;
  });
  return {
    value: value,
    aux: mapTree(aux, release) as A,
    gradients: Object.fromEntries(gradients) as { readonly [K in keyof P]: tf.Tensor },
  };
}

/** tfjs names a kernel without a gradient, and nothing else. */
function withHelp<T>(differentiate: () => T): T {
  try {
    return differentiate();
  } catch (error) {
    const kernel = /gradient function not found for (\w+)/.exec(String(error))?.[1];
    if (kernel === undefined) throw error;
    throw new TraceError(
      `The loss depends on a parameter by the kernel "${kernel}", which has no ` +
        `gradient${callSiteOf(callStack())}. Use other operations, or stopGradient if no gradient is wanted.`,
      { cause: error },
    );
  }
}

/** The same values, as a constant to every gradient: "sg" of the papers. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  const stop = tf.customGrad((y) => ({
    value: tf.clone(y as tf.Tensor),
    gradFunc: () => tf.zerosLike(y as tf.Tensor),
  }));
  return stop(x) as T;
}

/** Hands a kept tensor over to the current scope. */
function release(kept: tf.Tensor): tf.Tensor {
  const tensor = kept.clone();
  kept.dispose();
  return tensor;
}
