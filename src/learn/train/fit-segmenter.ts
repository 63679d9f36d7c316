/**
 * Trains a U-Net on the training subset to its last epoch, and validates it after each, as fit-classifier.ts does for
 * classes. The test subset is not touched.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../tensor/engine.ts';
import { float32, uint8, type HostTensor, type TensorSpec } from '../../tensor/host-tensor.ts';
import { at } from '../../util/known.ts';
import { significant } from '../../util/number.ts';
import { sampleViewParams, viewParamSpecs } from '../augment/index.ts';
import { DatasetError } from '../dataset/error.ts';
import type { Mask } from '../eval/segmentation/mask.ts';
import { macroMean } from '../eval/segmentation/mean-scores.ts';
import { maskOf, type Prediction } from '../eval/segmentation/original-size.ts';
import { scoreOverlap, type OverlapScore } from '../eval/segmentation/score.ts';
import type { ResNet } from '../nn/resnet.ts';
import { unetForward } from '../nn/unet-forward.ts';
import type { Variables } from '../nn/variables.ts';
import { batchesOf, wrappedBatches, type Batch } from './batches.ts';
import { compileStep } from './compile-step.ts';
import { readBatch, scalar, type TrainingData } from './data.ts';
import { durationOf } from './duration.ts';
import { requireFiniteValidation, type FitSettings } from './fit-settings.ts';
import { compilePrediction, type BatchPrediction } from './inference.ts';
import { train, type HostModel, type TrainingContext } from './loop.ts';
import { segmentationStep, type SegmentationInputs } from './segmentation.ts';
import { inverseFrequencies } from './supervised.ts';

export interface SegmentationData extends TrainingData {
  readonly masks: PackedMasks;
}

/** The masks of the images, at training size. */
export interface PackedMasks {
  /** Class numbers [indices.length, S, S], one image after the other. */
  read(indices: readonly number[]): Promise<Uint8Array>;
}

type SegmenterRow = Readonly<{
  epoch: number;
  learningRate: number;
  /** The means over the augmented batches, while the weights were moving: cross entropy plus Dice loss, soft Dice. */
  train: { readonly loss: number; readonly dice: number };
  /** Cross entropy, and the macro means of the overlap at training size; null if no mask has an object. */
  validation: { readonly loss: number; readonly dice: number | null; readonly iou: number | null };
}>;

interface SegmenterFit {
  readonly rows: readonly SegmenterRow[];
  /** Encoder and decoder after the last epoch. */
  readonly model: HostModel;
  /** The predictions of the last epoch, one image after the other: probabilities of the classes at training size. */
  readonly predictions: (indices: readonly number[]) => AsyncIterable<Prediction & { readonly index: number }>;
}

/** `start` holds the encoder and the decoder. Throws TrainingError when the training diverges. */
export async function fitSegmenter(
  engine: Engine,
  settings: FitSettings,
  data: SegmentationData,
  start: HostModel,
  watch: TrainingContext,
): Promise<SegmenterFit> {
  const { network, classes, batchSize, precision, optimizer } = settings;
  const { split, images } = data;
  requireSubsets(data);
  const { epochs, stepsPerEpoch, learningRateAt } = durationOf(settings, split.train.length);
  const classWeights =
    settings.classWeights === 'balanced' ? await pixelWeights(data, classes.length) : classes.map(() => 1);
  const step = await compileStep<SegmentationInputs<HostTensor>>(
    engine,
    { name: 'segmenter', precision },
    segmentationStep({ network, optimizer, classWeights }),
    start,
    batchSpecs(settings, images.size),
  );
  const predictor = await compilePrediction(engine, logProbabilitiesOf(network), data, start);
  const shape = { side: images.size, classes: classes.length };

  const batchAt = batchesOf(wrappedBatches, data.split.train, batchSize, settings.seed);
  const { rows, last: model } = await train<SegmentationInputs<HostTensor>, SegmenterRow>(
    {
      epochs,
      stepsPerEpoch,
      imagesPerStep: batchSize,
      step,
      engine: engine.description,
      feed: (position) => feed(batchAt(position), settings, data, learningRateAt(position.step)),
      endOfEpoch: async ({ epoch, means, model: read }) => {
        const logs = logPredictions(predictor, await read(), split.validation);
        const validation = await validate(logs, data.masks, shape);
        requireFiniteValidation(validation.loss, epoch);
        return {
          epoch,
          learningRate: significant(learningRateAt(epoch * stepsPerEpoch - 1)),
          train: { loss: significant(means.loss ?? NaN), dice: significant(means.dice ?? NaN) },
          validation,
        };
      },
    },
    watch,
  );
  await step.dispose();
  return {
    rows,
    model,
    predictions: async function* (indices) {
      for await (const { index, logs } of logPredictions(predictor, model, indices))
        yield { index, values: logs.map(Math.exp), ...shape };
    },
  };
}

function batchSpecs({ batchSize, augmentation }: FitSettings, size: number): SegmentationInputs<TensorSpec> {
  return {
    images: uint8([batchSize, size, size, 3]),
    view: viewParamSpecs(augmentation, batchSize, size),
    masks: uint8([batchSize, size, size]),
    learningRate: float32([]),
  };
}

/** Throws DatasetError if there is nothing to learn from or to validate on. */
function requireSubsets({ split: { train: training, validation } }: SegmentationData): void {
  if (training.length > 0 && validation.length > 0) return;
  throw new DatasetError(
    `Training needs images to learn from and others to validate on; the split has ${training.length} and ` +
      `${validation.length}.`,
  );
}

/** Inverse frequencies of the classes among all pixels of the training masks. */
async function pixelWeights({ masks, split }: SegmentationData, classes: number): Promise<number[]> {
  const counts = Array<number>(classes).fill(0);
  for (const index of split.train)
    for (const pixel of await masks.read([index])) counts[pixel] = (counts[pixel] ?? 0) + 1;
  return inverseFrequencies(counts);
}

async function feed(
  { epoch, indices }: Batch,
  { batchSize, seed, augmentation }: FitSettings,
  data: SegmentationData,
  learningRate: number,
): Promise<SegmentationInputs<HostTensor>> {
  const { size } = data.images;
  return {
    images: await readBatch(data, indices),
    view: sampleViewParams(augmentation, { seed, epoch, indices, view: 0, sourceSize: size }),
    masks: { dtype: 'uint8', shape: [batchSize, size, size], data: await data.masks.read(indices) },
    learningRate: scalar(learningRate),
  };
}

/** Log-probabilities [B, S, S, classes]: probabilities would lose those of classes that are nearly ruled out. */
const logProbabilitiesOf =
  (network: ResNet) =>
  (params: Variables<tf.Tensor>, stats: Variables<tf.Tensor>, pixels: tf.Tensor4D): tf.Tensor =>
    tf.logSoftmax(unetForward(network, params, stats, pixels, false).logits);

interface LogPrediction {
  readonly index: number;
  /** Log-probabilities [S, S, classes]. */
  readonly logs: Float32Array;
}

async function* logPredictions(
  predictor: BatchPrediction,
  model: HostModel,
  indices: readonly number[],
): AsyncIterable<LogPrediction> {
  for await (const { indices: images, rows } of predictor.batches(model, indices)) {
    const length = rows.length / images.length;
    for (const [i, index] of images.entries()) yield { index, logs: rows.subarray(i * length, (i + 1) * length) };
  }
}

async function validate(
  predictions: AsyncIterable<LogPrediction>,
  masks: PackedMasks,
  { side, classes }: Pick<Prediction, 'side' | 'classes'>,
): Promise<SegmenterRow['validation']> {
  const scores: OverlapScore[][] = [];
  let loss = 0;
  for await (const { index, logs } of predictions) {
    const wanted: Mask = { data: await masks.read([index]), width: side, height: side };
    scores.push(scoreOverlap(maskOf({ values: logs, side, classes }), wanted, classes));
    let sum = 0;
    wanted.data.forEach((label, pixel) => (sum -= at(logs, pixel * classes + label)));
    loss += sum / wanted.data.length;
  }
  return {
    loss: significant(loss / scores.length),
    dice: rounded(macroMean(scores, ({ dice }) => dice)),
    iou: rounded(macroMean(scores, ({ iou }) => iou)),
  };
}

const rounded = (value: number | null): number | null => (value === null ? null : significant(value));
