/** What a way of training a classifier is to the loop that runs it and selects its epoch (fit-classifier.ts). */
import type * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, Replaced } from '../../tensor/host-tensor.ts';
import type { View } from '../augment/index.ts';
import type { Memory, Optimiser } from '../nn/optimiser.ts';
import type { ResNet } from '../nn/resnet.ts';
import type { Model } from '../nn/variables.ts';

export interface Learner<State extends Model<HostTensor<'float32'>>> {
  /** Everything that a step changes. `params` and `stats` are the classifier that is validated, selected and kept. */
  initial(classifier: Model<HostTensor<'float32'>>): State;
  /** One step of training: a pure function. Outputs are scalars; `loss` and `accuracy` are those of the classifier. */
  readonly step: (args: { readonly state: TensorsOf<State>; readonly inputs: LearnerInputs<tf.Tensor> }) => {
    state: TensorsOf<State>;
    outputs: Readonly<Record<'loss' | 'accuracy', tf.Scalar>> & Readonly<Record<string, tf.Scalar>>;
  };
}

export interface LearnerSettings {
  readonly network: ResNet;
  readonly optimiser: Optimiser;
  /** How much an image of each class counts; their number is the number of classes. */
  readonly classWeights: readonly number[];
}

/** The state of a learner that needs no more. */
export type LearnerState = Model<HostTensor<'float32'>> & { readonly memory: Memory<HostTensor<'float32'>> };

type TensorsOf<State> = Replaced<State, HostTensor<'float32'>, tf.Tensor>;

export interface LearnerInputs<T> {
  /** [B, S, S, 3], RGB in 0..255 */
  readonly images: T;
  readonly view: View<T>;
  /** [B], class numbers */
  readonly labels: T;
  readonly rate: T;
}
