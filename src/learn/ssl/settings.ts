import type { Augmentation } from '../augment/index.ts';
import type { Optimizer } from '../nn/optimizer.ts';
import type { ResNet } from '../nn/resnet.ts';

/** What every method is told. */
export interface CommonSettings {
  readonly network: ResNet;
  readonly optimizer: Optimizer;
  /** How whole views are drawn. */
  readonly augmentation: Augmentation;
  /** Images in a batch. */
  readonly batchSize: number;
  /** Learning rate after its warm-up. */
  readonly learningRate: number;
  /** Of the first weights of heads. */
  readonly seed: number;
}
