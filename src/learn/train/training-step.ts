/** The interface between a way of training a classifier and the loop that runs it (fit-classifier.ts). */
import type * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, Replaced } from '../../tensor/host-tensor.ts';
import type { ViewParams } from '../augment/index.ts';
import type { OptimizerState, Optimizer } from '../nn/optimizer.ts';
import type { ResNet } from '../nn/resnet.ts';
import type { Model } from '../nn/variables.ts';

export interface TrainingStep<State extends Model<HostTensor<'float32'>>> {
  /** Everything that a step changes. `params` and `stats` are the classifier that is validated and kept. */
  initial(classifier: Model<HostTensor<'float32'>>): State;
  /** One step of training: a pure function. Outputs are scalars; `loss` and `accuracy` are those of the classifier. */
  readonly step: (args: { readonly state: TensorsOf<State>; readonly inputs: TrainingStepInputs<tf.Tensor> }) => {
    state: TensorsOf<State>;
    outputs: Readonly<Record<'loss' | 'accuracy', tf.Scalar>> & Readonly<Record<string, tf.Scalar>>;
  };
}

export interface TrainingStepSettings {
  readonly network: ResNet;
  readonly optimizer: Optimizer;
  /** The weight of an image of each class; one for each class or finding. */
  readonly classWeights: readonly number[];
}

/** The state of a way of training that needs no more. */
export type TrainingStepState = Model<HostTensor<'float32'>> & {
  readonly optimizerState: OptimizerState<HostTensor<'float32'>>;
};

type TensorsOf<State> = Replaced<State, HostTensor<'float32'>, tf.Tensor>;

export interface TrainingStepInputs<T> {
  /** [B, S, S, 3], RGB in 0..255 */
  readonly images: T;
  readonly view: ViewParams<T>;
  /** [B], class numbers; of findings [B, findings], 1, 0, or -1 where a label is not known */
  readonly labels: T;
  readonly learningRate: T;
}
