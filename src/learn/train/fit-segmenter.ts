/** The task of masks: a U-Net that gives every pixel a class. */
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../tensor/engine.ts';
import { uint8, type HostTensor } from '../../tensor/host-tensor.ts';
import { at } from '../../util/known.ts';
import { significant } from '../../util/number.ts';
import type { Mask } from '../eval/segmentation/mask.ts';
import { macroMean } from '../eval/segmentation/mean-scores.ts';
import { maskOf, type Prediction } from '../eval/segmentation/original-size.ts';
import { scoreOverlap, type OverlapScore } from '../eval/segmentation/score.ts';
import { unetForward } from '../nn/unet-forward.ts';
import type { TrainingData } from './data.ts';
import type { FitSettings } from './fit-settings.ts';
import { fitTask, type PredictedMaps } from './fit-task.ts';
import type { HostModel, TrainingContext } from './loop.ts';
import { segmentationStep } from './segmentation.ts';
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
  const { network, classes, optimizer, batchSize } = settings;
  const { size } = data.images;
  const classWeights =
    settings.classWeights === 'balanced' ? await pixelWeights(data, classes.length) : classes.map(() => 1);
  const shape = { side: size, classes: classes.length };
  const { rows, model, predictions } = await fitTask(
    engine,
    settings,
    {
      name: 'segmenter',
      step: segmentationStep({ network, optimizer, classWeights }),
      labelSpecs: { masks: uint8([batchSize, size, size]) },
      labels: async ({ indices }): Promise<{ readonly masks: HostTensor }> => ({
        masks: { dtype: 'uint8', shape: [batchSize, size, size], data: await data.masks.read(Array.from(indices)) },
      }),
      // Probabilities would lose those of classes that are nearly ruled out.
      predict: (params, stats, pixels) => tf.logSoftmax(unetForward(network, params, stats, pixels, false).logits),
      validate: (predicted) => validate(predicted, data.masks, shape),
    },
    data,
    start,
    watch,
  );
  return {
    rows,
    model,
    predictions: async function* (indices) {
      for await (const { index, maps } of predictions(indices)) yield { index, values: maps.map(Math.exp), ...shape };
    },
  };
}

/** Inverse frequencies of the classes among all pixels of the training masks. */
async function pixelWeights({ masks, split }: SegmentationData, classes: number): Promise<number[]> {
  const counts = Array<number>(classes).fill(0);
  for (const index of split.train)
    for (const pixel of await masks.read([index])) counts[pixel] = (counts[pixel] ?? 0) + 1;
  return inverseFrequencies(counts);
}

/** `predictions` are log-probabilities [S, S, classes]. */
async function validate(
  predictions: AsyncIterable<PredictedMaps>,
  masks: PackedMasks,
  { side, classes }: Pick<Prediction, 'side' | 'classes'>,
): Promise<SegmenterRow['validation']> {
  const scores: OverlapScore[][] = [];
  let loss = 0;
  for await (const { index, maps: logs } of predictions) {
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
