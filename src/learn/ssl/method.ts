/** The interface between a pre-training method and the loop that runs it (../train/pretrain.ts). */
import type * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, Replaced } from '../../tensor/host-tensor.ts';
import type { Augmentation, ViewParams } from '../augment/index.ts';
import type { OptimizerState } from '../nn/optimizer.ts';
import type { Model, Variables } from '../nn/variables.ts';
import type { EmbeddingStats } from './embedding-stats.ts';

export interface SslMethod<State extends MethodState> {
  readonly name: string;
  /**
   * The augmentation of each view: view k is drawn by augmentation k. The first two are large views; their pairs are
   * shown to people.
   */
  readonly views: readonly [Augmentation, Augmentation, ...Augmentation[]];
  /** Dimensions of its embeddings, whose spread is watched. */
  readonly width: number;
  /** True if the step is fed the classes of the images. Otherwise no label can leak into the encoder. */
  readonly labeled: boolean;
  /**
   * Everything that a step changes, before the first one. `params` and `stats` hold those of the encoder under its own
   * names: they are the result of pre-training. All else (heads, averages, queues) lives and dies with the method.
   */
  initial(encoder: Model<HostTensor<'float32'>>): State;
  /** Numbers that a step is fed because they change with time; the learning rate is fed in any case. */
  schedule(at: Moment): Readonly<Record<string, number>>;
  /** One step of training: a pure function. */
  readonly step: (args: { readonly state: TensorsOf<State>; readonly inputs: MethodInputs<tf.Tensor> }) => {
    state: TensorsOf<State>;
    outputs: MethodOutputs;
  };
}

/** Every leaf of a state is a float32 tensor, however deep. */
export type MethodState = Model<HostTensor<'float32'>>;

/** The state of a method that needs no more. */
export type PlainState = MethodState & { readonly optimizerState: OptimizerState<HostTensor<'float32'>> };

/** The same state inside a step. */
type TensorsOf<State> = Replaced<State, HostTensor<'float32'>, tf.Tensor>;

export interface MethodInputs<T> {
  /** [N, R, R, 3], RGB in 0..255 */
  readonly images: T;
  /** By number: `0`, `1`, ... */
  readonly views: Readonly<Record<string, ViewParams<T>>>;
  /** Learning rate, a scalar. */
  readonly learningRate: T;
  /** The values of `schedule`, as scalars. */
  readonly scheduled: Variables<T>;
  /** [N], int32 class numbers; of `labeled` methods only. */
  readonly labels?: T;
}

/** Scalars: means over the batch. */
type MethodOutputs = Readonly<{ loss: tf.Scalar }> & EmbeddingStats;

/** The progress of training at a step. */
interface Moment {
  /** Steps taken before, over all epochs. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** The number of steps of the whole training. */
  readonly steps: number;
}
