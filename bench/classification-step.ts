/** The training step that benchmarks measure: forward, backward and SGD with momentum of a ResNet classifier. */
import * as tf from '@tensorflow/tfjs-core';
import { resnetForward } from '../src/learn/nn/forward.ts';
import { initializeClassifier, linearClassifier } from '../src/learn/nn/heads.ts';
import { initializeResNet } from '../src/learn/nn/initialize.ts';
import {
  initialOptimizerState,
  optimizerStep,
  type Optimizer,
  type OptimizerState,
} from '../src/learn/nn/optimizer.ts';
import { resnet, resnetStructure, type NetworkName } from '../src/learn/nn/resnet.ts';
import type { Model } from '../src/learn/nn/variables.ts';
import { crossEntropy } from '../src/learn/train/supervised.ts';
import { float32, int32, valueAndGrads, type Engine, type Precision } from '../src/tensor/index.ts';
import { random } from '../src/util/random.ts';

export interface StepSize {
  readonly network: NetworkName;
  /** Pixels. */
  readonly side: number;
  readonly batch: number;
}

const CLASSES = 7;
export const SGD: Optimizer = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 };

type State<T> = Model<T> & { readonly optimizerState: OptimizerState<T> };

export function compileClassification(
  on: Pick<Engine, 'compile'>,
  { network, side, batch }: StepSize,
  precision: Precision,
) {
  const structure = resnet(network);
  const { params: convolutions, stats } = initializeResNet(structure, ['bench'], { zeroGamma: true });
  const params = { ...convolutions, ...initializeClassifier(resnetStructure(structure).features, CLASSES, ['bench']) };
  return on.compile(
    ({
      state: now,
      inputs: { images, labels, learningRate },
    }: {
      state: State<tf.Tensor>;
      inputs: { images: tf.Tensor; labels: tf.Tensor; learningRate: tf.Tensor };
    }) => {
      const wanted = tf.oneHot(labels, CLASSES, 1, 0, 'float32') as tf.Tensor2D;
      const { value, aux, gradients } = valueAndGrads((trained) => {
        const { features, stats: moved } = resnetForward(structure, trained, now.stats, images as tf.Tensor4D, {
          training: true,
        });
        return {
          value: crossEntropy(linearClassifier(trained, features), wanted, new Array<number>(CLASSES).fill(1)),
          aux: moved,
        };
      }, now.params);
      const next = optimizerStep(SGD, now, gradients, learningRate);
      return {
        state: { params: next.params, stats: aux, optimizerState: next.optimizerState },
        outputs: { loss: value },
      };
    },
    {
      state: { params, stats, optimizerState: initialOptimizerState(SGD, params) },
      inputs: { images: float32([batch, side, side, 3]), labels: int32([batch]), learningRate: float32([]) },
    },
    { precision },
  );
}

/** A batch of noise with labels, the same in every run. */
export function drawBatch({ side, batch }: StepSize) {
  const source = random('bench');
  return {
    images: {
      dtype: 'float32' as const,
      shape: [batch, side, side, 3],
      data: Float32Array.from({ length: batch * side * side * 3 }, () => source.normal()),
    },
    labels: {
      dtype: 'int32' as const,
      shape: [batch],
      data: Int32Array.from({ length: batch }, () => source.integer(CLASSES)),
    },
    learningRate: { dtype: 'float32' as const, shape: [], data: Float32Array.of(0.01) },
  };
}
