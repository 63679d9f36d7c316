import type { Recipe } from '../augment/index.ts';
import type { Optimiser } from '../nn/optimiser.ts';
import type { ResNet } from '../nn/resnet.ts';

/** What every method is told. */
export interface CommonSettings {
  readonly network: ResNet;
  readonly optimiser: Optimiser;
  /** How whole views are drawn. */
  readonly recipe: Recipe;
  /** Images in a batch. */
  readonly batch: number;
  /** Learning rate after its warm-up. */
  readonly rate: number;
  /** Of the first weights of heads. */
  readonly seed: number;
}
