/**
 * A function of tensors as an ONNX file of standard operators, for other programs: captured tensors become constants.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { simplify } from '../graph/simplify.ts';
import type { TensorSpec } from '../host-tensor.ts';
import { trace, type AnyStepFunction } from '../trace/trace.ts';
import { lower } from './lower.ts';

export interface ExportedModel {
  /** The file. */
  readonly bytes: Uint8Array;
  /** The names of the one input and the one output in a session. */
  readonly input: string;
  readonly output: string;
}

/** Throws TraceError if `fn` uses an operation that cannot be compiled. */
export function exportOnnx(fn: (input: tf.Tensor) => tf.Tensor, input: TensorSpec): ExportedModel {
  const step = (({ inputs }: { inputs: { input: tf.Tensor } }) => ({
    state: {},
    outputs: { output: fn(inputs.input) },
  })) as unknown as AnyStepFunction;
  const lowered = lower(simplify(trace(step, { state: {}, inputs: { input } }).program), null);
  return { bytes: lowered.model.encode(), input: lowered.inputs[0]!.name, output: lowered.outputs[0]!.name };
}
