/**
 * Trains a classifier on the training subset to its last epoch, and validates it after each. No epoch is selected: a
 * score on few validation images selects by noise (docs/adr/0007). The test subset is not touched.
 */
import type { Engine } from '../../tensor/engine.ts';
import { float32, int32, uint8, type HostTensor, type TensorSpec } from '../../tensor/host-tensor.ts';
import { significant } from '../../util/number.ts';
import { sampleViewParams, viewParamSpecs } from '../augment/index.ts';
import { batchesOf, wrappedBatches, type Batch } from './batches.ts';
import { compileStep } from './compile-step.ts';
import { readBatch, scalar, type TrainingData } from './data.ts';
import { durationOf } from './duration.ts';
import { requireFiniteValidation, type FitSettings } from './fit-settings.ts';
import { compileInference } from './inference.ts';
import { labelingOf, type Labeling, type ValidationRow } from './labeling.ts';
import type { TrainingStep, TrainingStepInputs, TrainingStepSettings } from './training-step.ts';
import { train, type EpochEnd, type HostModel, type TrainingContext } from './loop.ts';
import { last } from '../../util/known.ts';
import { weakAucWarning } from './weak-auc.ts';

type FitRow = Readonly<{
  epoch: number;
  learningRate: number;
  /**
   * The means over the augmented batches, while the weights were moving. The loss includes class weights. A training
   * step may add more values.
   */
  train: { readonly loss: number; readonly accuracy: number; readonly [other: string]: number };
  validation: ValidationRow;
}>;

interface Fit {
  readonly rows: readonly FitRow[];
  /** The weights after the last epoch. */
  readonly model: HostModel;
  /** A sign that the training failed, in words. */
  readonly warning: string | null;
  /** The predictions of the last epoch: row-major [indices.length, classes]; those of findings do not sum to 1. */
  probabilities(indices: readonly number[]): Promise<Float64Array>;
}

/** Makes the training step of a classifier from its network, optimizer and class weights. */
export type TrainingStepFactory<State extends HostModel> = (settings: TrainingStepSettings) => TrainingStep<State>;

export async function fitClassifier<State extends HostModel>(
  engine: Engine,
  settings: FitSettings,
  stepFactory: TrainingStepFactory<State>,
  data: TrainingData,
  start: HostModel,
  watch: TrainingContext,
): Promise<Fit> {
  const { network, batchSize, precision, optimizer } = settings;
  const { split } = data;
  const labeling = labelingOf(data, settings);
  const { epochs, stepsPerEpoch, learningRateAt } = durationOf(settings, split.train.length);
  const trained = stepFactory({ network, optimizer, classWeights: labeling.weights });
  const step = await compileStep<TrainingStepInputs<HostTensor>>(
    engine,
    { name: 'classifier', precision },
    trained,
    start,
    batchSpecs(settings, data.images.size, labeling),
  );
  const inference = await compileInference(engine, network, labeling.head, data, start);

  const batchAt = batchesOf(wrappedBatches, split.train, batchSize, settings.seed);
  const { rows, last: model } = await train<TrainingStepInputs<HostTensor>, FitRow>(
    {
      epochs,
      stepsPerEpoch,
      imagesPerStep: batchSize,
      step,
      engine: engine.description,
      feed: (position) => feed(batchAt(position), settings, data, labeling, learningRateAt(position.step)),
      endOfEpoch: async ({ epoch, means, model: read }: EpochEnd<FitRow>) => {
        const scores = labeling.validate(await inference.of(await read(), split.validation));
        requireFiniteValidation(scores.loss, epoch);
        const rounded = Object.entries(means).map(([name, mean]) => [name, significant(mean)]);
        return {
          epoch,
          learningRate: significant(learningRateAt(epoch * stepsPerEpoch - 1)),
          train: Object.fromEntries(rounded) as FitRow['train'],
          validation: scores,
        };
      },
    },
    watch,
  );
  await step.dispose();
  return {
    rows,
    model,
    warning: weakAucWarning(last(rows).validation.auc),
    probabilities: async (indices) => labeling.probabilities(await inference.of(model, indices)),
  };
}

function batchSpecs(
  { batchSize, augmentation }: FitSettings,
  size: number,
  { shape }: Labeling,
): TrainingStepInputs<TensorSpec> {
  return {
    images: uint8([batchSize, size, size, 3]),
    view: viewParamSpecs(augmentation, batchSize, size),
    labels: int32([batchSize, ...shape]),
    learningRate: float32([]),
  };
}

async function feed(
  { epoch, indices }: Batch,
  { seed, augmentation }: FitSettings,
  data: TrainingData,
  labeling: Labeling,
  learningRate: number,
): Promise<TrainingStepInputs<HostTensor>> {
  return {
    images: await readBatch(data, indices),
    view: sampleViewParams(augmentation, { seed, epoch, indices, view: 0, sourceSize: data.images.size }),
    labels: labeling.batch(indices),
    learningRate: scalar(learningRate),
  };
}
