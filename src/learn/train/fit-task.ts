/**
 * Trains a network on labels that are maps (masks, centers of objects) to its last epoch, and validates it after each,
 * as fit-classifier.ts does for classes. The test subset is not touched.
 */
import type { Engine } from '../../tensor/engine.ts';
import { float32, uint8, type HostTensor, type TensorSpec } from '../../tensor/host-tensor.ts';
import { significant } from '../../util/number.ts';
import { sampleViewParams, viewParamSpecs, type Draw, type ViewParams } from '../augment/index.ts';
import { DatasetError } from '../dataset/error.ts';
import { batchesOf, wrappedBatches, type Batch } from './batches.ts';
import { compileStep, type Trained } from './compile-step.ts';
import { readBatch, scalar, type TrainingData } from './data.ts';
import { durationOf } from './duration.ts';
import { requireFiniteValidation, type FitSettings } from './fit-settings.ts';
import { compilePrediction, type Predict } from './inference.ts';
import { train, type HostModel, type TrainingContext } from './loop.ts';

type Labels = Readonly<Record<string, HostTensor>>;
/** Null: no image defines the score. */
type Scores = Readonly<Record<string, number | null>> & { readonly loss: number };

/** `Outputs` are the names of the step's outputs, and `Validated` the scores of validation images. */
export interface LearnedTask<Outputs extends string, Validated extends Scores> {
  /** For messages. */
  readonly name: string;
  /** Every output is a scalar. */
  readonly step: Trained & { readonly step: (args: never) => { readonly outputs: Readonly<Record<Outputs, unknown>> } };
  /** The inputs of a step that say what is in its images: shapes for a batch. */
  readonly labelSpecs: Readonly<Record<string, TensorSpec>>;
  /** The labels of a batch, in the views that are drawn with it. */
  readonly labels: (draw: Draw) => Promise<Labels>;
  /** The maps of images, which `validate` and predictions are made from. */
  readonly predict: Predict;
  readonly validate: (predictions: AsyncIterable<PredictedMaps>) => Promise<Validated>;
}

export interface PredictedMaps {
  /** Row of the packed images. */
  readonly index: number;
  /** [height, width, channels] */
  readonly maps: Float32Array;
}

type TaskRow<Outputs extends string, Validated extends Scores> = Readonly<{
  epoch: number;
  learningRate: number;
  /** The means of the step's outputs over the augmented batches, while the weights were moving. */
  train: Readonly<Record<Outputs, number>>;
  validation: Validated;
}>;

interface TaskFit<Outputs extends string, Validated extends Scores> {
  readonly rows: readonly TaskRow<Outputs, Validated>[];
  /** After the last epoch. */
  readonly model: HostModel;
  /** The maps of the last epoch, one image after the other. */
  readonly predictions: (indices: readonly number[]) => AsyncIterable<PredictedMaps>;
}

interface TaskInputs {
  readonly images: HostTensor;
  readonly view: ViewParams<HostTensor>;
  readonly learningRate: HostTensor;
}

/** `start` holds the whole network. Throws TrainingError when the training diverges. */
export async function fitTask<Outputs extends string, Validated extends Scores>(
  engine: Engine,
  settings: FitSettings,
  task: LearnedTask<Outputs, Validated>,
  data: TrainingData,
  start: HostModel,
  watch: TrainingContext,
): Promise<TaskFit<Outputs, Validated>> {
  const { batchSize, precision, augmentation } = settings;
  const { split, images } = data;
  requireSubsets(data);
  const { epochs, stepsPerEpoch, learningRateAt } = durationOf(settings, split.train.length);
  const step = await compileStep<TaskInputs>(engine, { name: task.name, precision }, task.step, start, {
    images: uint8([batchSize, images.size, images.size, 3]),
    view: viewParamSpecs(augmentation, batchSize, images.size),
    ...task.labelSpecs,
    learningRate: float32([]),
  });
  const predictor = await compilePrediction(engine, task.predict, data, start);
  const predict = async function* (model: HostModel, indices: readonly number[]): AsyncIterable<PredictedMaps> {
    for await (const { indices: batch, rows } of predictor.batches(model, indices)) {
      const length = rows.length / batch.length;
      for (const [i, index] of batch.entries()) yield { index, maps: rows.subarray(i * length, (i + 1) * length) };
    }
  };

  const batchAt = batchesOf(wrappedBatches, split.train, batchSize, settings.seed);
  const { rows, last: model } = await train<TaskInputs, TaskRow<Outputs, Validated>>(
    {
      epochs,
      stepsPerEpoch,
      imagesPerStep: batchSize,
      step,
      engine: engine.description,
      feed: (position) => feed(batchAt(position), settings, task, data, learningRateAt(position.step)),
      endOfEpoch: async ({ epoch, means, model: read }) => {
        const validation = await task.validate(predict(await read(), split.validation));
        requireFiniteValidation(validation.loss, epoch);
        const rounded = Object.entries(means).map(([name, mean]) => [name, significant(mean)] as const);
        return {
          epoch,
          learningRate: significant(learningRateAt(epoch * stepsPerEpoch - 1)),
          train: Object.fromEntries(rounded) as Readonly<Record<Outputs, number>>,
          validation,
        };
      },
    },
    watch,
  );
  await step.dispose();
  return { rows, model, predictions: (indices) => predict(model, indices) };
}

/** Throws DatasetError if there is nothing to learn from or to validate on. */
function requireSubsets({ split: { train: training, validation } }: TrainingData): void {
  if (training.length > 0 && validation.length > 0) return;
  throw new DatasetError(
    `Training needs images to learn from and others to validate on; the split has ${training.length} and ` +
      `${validation.length}.`,
  );
}

async function feed(
  { epoch, indices }: Batch,
  { seed, augmentation }: FitSettings,
  task: Pick<LearnedTask<never, Scores>, 'labels'>,
  data: TrainingData,
  learningRate: number,
): Promise<TaskInputs> {
  const draw: Draw = { seed, epoch, indices, view: 0, sourceSize: data.images.size };
  return {
    images: await readBatch(data, indices),
    view: sampleViewParams(augmentation, draw),
    ...(await task.labels(draw)),
    learningRate: scalar(learningRate),
  };
}
