/**
 * Checks the range of indices that are known while tracing. Engines would not agree later: one fails with a message of
 * its own, another counts backwards from the end, a third leaves the value out.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { TraceError, describeTensor } from '../errors.ts';
import { dataOf } from '../graph/graph.ts';
import { traceBackend } from './backend.ts';
import { callStack, operationName, callSiteOf } from './call-site.ts';

/** Single places in one axis of a tensor. */
export function checkIndices(indices: tf.TensorInfo, indexed: tf.TensorInfo, axis: number): void {
  check(indices, indexed, [axis]);
}

/** Places [..., K] in the first K axes of a tensor. */
export function checkCoordinates(indices: tf.TensorInfo, indexed: Indexed): void {
  check(
    indices,
    indexed,
    Array.from({ length: indices.shape.at(-1)! }, (_, axis) => axis),
  );
}

type Indexed = Pick<tf.TensorInfo, 'shape' | 'dtype'>;

/**
 * The last axis of the indices, or each of them, goes through `axes`. Throws TraceError; indices that are no constants
 * pass.
 */
function check(indices: tf.TensorInfo, indexed: Indexed, axes: readonly number[]): void {
  const known = dataOf(traceBackend.value(indices));
  known?.forEach((index, i) => {
    const axis = axes[i % axes.length]!;
    const side = indexed.shape[axis]!;
    if (index >= 0 && index < side) return;
    const stack = callStack();
    throw new TraceError(
      `${operationName(stack) ?? 'An operation'} is given the index ${index}${callSiteOf(stack)}, but axis ` +
        `${axis} of ${describeTensor(indexed)} has ${side === 0 ? 'no values' : `0 to ${side - 1}`}. ` +
        'Indices do not count from the end: correct it, or keep it within by tf.clipByValue.',
    );
  });
}
