/** Compiles one step of a training, with its state, for the loop. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Engine, Precision, StepFunction } from '../../tensor/engine.ts';
import type { HostTensor, TensorSpec, Tree } from '../../tensor/host-tensor.ts';
import type { CompiledTrainingStep, HostModel } from './loop.ts';

/** A way of training a classifier, or a method of pre-training. */
export interface Trained {
  /** Everything that a step changes. */
  initial(start: HostModel): object;
  /** One step: a pure function of state and inputs. */
  readonly step: (args: never) => object;
}

/** `Inputs` are the inputs of a run, and `specs` their types and shapes. `name` is for messages. */
export async function compileStep<Inputs>(
  engine: Pick<Engine, 'compile'>,
  { name, precision }: { readonly name: string; readonly precision: Precision },
  trained: Trained,
  start: HostModel,
  specs: object,
): Promise<CompiledTrainingStep<Inputs> & { dispose(): Promise<void> }> {
  const state = trained.initial(start) as Tree<HostTensor>;
  // A step returns the type of state that it takes. The compiler cannot see that for the type of any state.
  const step = trained.step as unknown as StepFunction<Tree<tf.Tensor>, Tree<tf.Tensor>, Record<string, tf.Scalar>>;
  return engine.compile(
    step,
    { state, inputs: specs as Tree<TensorSpec> },
    { name, precision },
  ) as unknown as ReturnType<typeof compileStep<Inputs>>;
}
