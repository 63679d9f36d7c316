/**
 * Trains a classifier on the training subset to its last epoch, and validates it after each. No epoch is selected: a
 * score on few validation images selects by noise (docs/adr/0007). The test subset is not touched.
 */
import type { Engine } from '../../tensor/engine.ts';
import { float32, int32, uint8, type HostTensor, type TensorSpec } from '../../tensor/host-tensor.ts';
import { significant } from '../../util/number.ts';
import { sampleViewParams, viewParamSpecs } from '../augment/index.ts';
import { macroAuc } from '../eval/auc.ts';
import { batchesOf, wrappedBatches, type Batch } from './batches.ts';
import { balancedClassWeights } from './supervised.ts';
import { compileStep } from './compile-step.ts';
import {
  classesByImage,
  labelBatch,
  labelsOf,
  readBatch,
  scalar,
  validationLabels,
  type TrainingData,
} from './data.ts';
import { durationOf } from './duration.ts';
import { requireFiniteValidation, type FitSettings } from './fit-settings.ts';
import { compileInference, LOG_PROBABILITIES, type Inference } from './inference.ts';
import type { TrainingStep, TrainingStepInputs, TrainingStepSettings } from './training-step.ts';
import { train, type EpochEnd, type HostModel, type TrainingContext } from './loop.ts';
import { at, last } from '../../util/known.ts';
import { weakAucWarning } from './weak-auc.ts';

type FitRow = Readonly<{
  epoch: number;
  learningRate: number;
  /**
   * The means over the augmented batches, while the weights were moving. The loss includes class weights. A training
   * step may add more values.
   */
  train: { readonly loss: number; readonly accuracy: number; readonly [other: string]: number };
  validation: { readonly loss: number; readonly accuracy: number; readonly auc: number };
}>;

interface Fit {
  readonly rows: readonly FitRow[];
  /** The weights after the last epoch. */
  readonly model: HostModel;
  /** A sign that the training failed, in words. */
  readonly warning: string | null;
  /** The predictions of the last epoch: row-major [indices.length, classes]. */
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
  const { network, classes, batchSize, precision, optimizer } = settings;
  const { split } = data;
  const labels = labelsOf(data, split.train, classes);
  const validation = validationLabels(data, classes);
  const { epochs, stepsPerEpoch, learningRateAt } = durationOf(settings, split.train.length);
  const classWeights =
    settings.classWeights === 'balanced' ? balancedClassWeights(labels, classes.length) : classes.map(() => 1);
  const trained = stepFactory({ network, optimizer, classWeights });
  const step = await compileStep<TrainingStepInputs<HostTensor>>(
    engine,
    { name: 'classifier', precision },
    trained,
    start,
    batchSpecs(settings, data.images.size),
  );
  const inference = await compileInference(engine, network, LOG_PROBABILITIES, data, start);
  const classOf = classesByImage(data, split.train, classes);

  const batchAt = batchesOf(wrappedBatches, split.train, batchSize, settings.seed);
  const { rows, last: model } = await train<TrainingStepInputs<HostTensor>, FitRow>(
    {
      epochs,
      stepsPerEpoch,
      imagesPerStep: batchSize,
      step,
      engine: engine.description,
      feed: (position) => feed(batchAt(position), settings, data, classOf, learningRateAt(position.step)),
      endOfEpoch: async ({ epoch, means, model: read }: EpochEnd<FitRow>) => {
        const scores = await validate(inference, await read(), split.validation, validation, classes.length);
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
    probabilities: async (indices) => Float64Array.from(await inference.of(model, indices), Math.exp),
  };
}

function batchSpecs({ batchSize, augmentation }: FitSettings, size: number): TrainingStepInputs<TensorSpec> {
  return {
    images: uint8([batchSize, size, size, 3]),
    view: viewParamSpecs(augmentation, batchSize, size),
    labels: int32([batchSize]),
    learningRate: float32([]),
  };
}

async function feed(
  { epoch, indices }: Batch,
  { seed, augmentation }: FitSettings,
  data: TrainingData,
  classOf: ReadonlyMap<number, number>,
  learningRate: number,
): Promise<TrainingStepInputs<HostTensor>> {
  return {
    images: await readBatch(data, indices),
    view: sampleViewParams(augmentation, { seed, epoch, indices, view: 0, sourceSize: data.images.size }),
    labels: labelBatch(classOf, indices),
    learningRate: scalar(learningRate),
  };
}

async function validate(
  inference: Inference,
  model: HostModel,
  indices: readonly number[],
  labels: Int32Array,
  classes: number,
): Promise<FitRow['validation']> {
  const logs = await inference.of(model, indices);
  let loss = 0;
  let right = 0;
  labels.forEach((label, i) => {
    const own = logs.subarray(i * classes, (i + 1) * classes);
    loss -= at(own, label);
    if (own.indexOf(Math.max(...own)) === label) right++;
  });
  const auc = macroAuc(logs.map(Math.exp), labels, classes);
  return {
    loss: significant(loss / labels.length),
    accuracy: significant(right / labels.length),
    auc: significant(auc),
  };
}
