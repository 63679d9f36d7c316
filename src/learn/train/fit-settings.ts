/** What every supervised training is told, and the check of its validation loss. */
import type { Precision } from '../../tensor/engine.ts';
import type { Augmentation } from '../augment/index.ts';
import type { Optimizer } from '../nn/optimizer.ts';
import type { ResNet } from '../nn/resnet.ts';
import type { DurationSettings } from './duration.ts';
import { TrainingError } from './loop.ts';

export interface FitSettings extends DurationSettings {
  /** Present if `classes` do not exclude each other. */
  readonly task?: 'findings';
  readonly network: ResNet;
  /** In the order of the network's outputs; of masks, the first one is the background. */
  readonly classes: readonly string[];
  readonly optimizer: Optimizer;
  readonly augmentation: Augmentation;
  /** The precision of training; validation and prediction are float32. */
  readonly precision: Precision;
  /**
   * `balanced`: images of rare classes count more, so that every class counts the same; of masks, pixels do, in the
   * cross entropy.
   */
  readonly classWeights: 'none' | 'balanced';
  readonly seed: number;
}

/** A step normalizes by its batch: its loss may be fine while the running statistics are not. */
export function requireFiniteValidation(loss: number, epoch: number): void {
  if (Number.isFinite(loss)) return;
  throw new TrainingError(
    `The validation loss became ${loss} in epoch ${epoch}: weights or running statistics hold NaN or infinity. ` +
      'A lower learning rate ("learningRate") or a longer warm-up helps.',
  );
}
