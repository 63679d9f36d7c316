/** The length of a supervised training, and the learning rate of each of its steps. */
import { scheduledLearningRate, type SCHEDULES } from '../nn/schedule.ts';

export interface DurationSettings {
  readonly epochs: number;
  /** Added to them, whatever they are: the epochs of another model's pre-training. */
  readonly extraEpochs: number;
  /** Epochs are added until training has at least this many steps. */
  readonly minSteps: number;
  readonly batchSize: number;
  /** Learning rate after warm-up. */
  readonly learningRate: number;
  /** Epochs over which the rate rises. */
  readonly warmupEpochs: number;
  readonly schedule: (typeof SCHEDULES)[number];
}

interface Duration {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Steps count from 0. */
  readonly learningRateAt: (step: number) => number;
}

/** Of a training on `images` images. */
export function durationOf(settings: DurationSettings, images: number): Duration {
  const { learningRate, warmupEpochs, schedule: name } = settings;
  const stepsPerEpoch = Math.ceil(images / settings.batchSize);
  const epochs = Math.max(settings.epochs, Math.ceil(settings.minSteps / stepsPerEpoch)) + settings.extraEpochs;
  const schedule = { name, steps: epochs * stepsPerEpoch, warmupSteps: warmupEpochs * stepsPerEpoch };
  return { epochs, stepsPerEpoch, learningRateAt: (step) => scheduledLearningRate(learningRate, schedule, step) };
}
