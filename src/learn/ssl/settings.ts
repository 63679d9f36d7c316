import type { Augmentation } from '../augment/index.ts';
import type { Optimizer } from '../nn/optimizer.ts';
import type { ResNet } from '../nn/resnet.ts';

/** The settings of every method. */
export interface CommonSettings {
  readonly network: ResNet;
  readonly optimizer: Optimizer;
  /** The augmentation of the large views. */
  readonly augmentation: Augmentation;
  /** Images in a batch. */
  readonly batchSize: number;
  /** Learning rate after its warm-up. */
  readonly learningRate: number;
  /** The seed of the first weights of heads. */
  readonly seed: number;
}
