/** A trained model asked about images, in batches of one fixed size, without augmentation. */
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../tensor/engine.ts';
import { uint8 } from '../../tensor/host-tensor.ts';
import { resnetForward } from '../nn/forward.ts';
import { linearClassifier } from '../nn/heads.ts';
import type { ResNet } from '../nn/resnet.ts';
import { normalize } from '../nn/normalize.ts';
import type { Variables } from '../nn/variables.ts';
import { readBatch, type TrainingData } from './data.ts';
import type { HostModel } from './loop.ts';
import { concatenated } from '../../util/concatenated.ts';
import { at } from '../../util/known.ts';

/** From pooled features [B, width] to the requested values [B, columns]. */
export type Head = (params: Variables<tf.Tensor>, features: tf.Tensor2D) => tf.Tensor2D;

/** The features themselves. */
export const FEATURES: Head = (_, features) => features;

/** The log-probability of each class. */
export const LOG_PROBABILITIES: Head = (params, features) => tf.logSoftmax(linearClassifier(params, features));

/** The logit of each finding. */
export const LOGITS: Head = linearClassifier;

export interface Inference {
  /** Row-major [indices.length, columns], in the order of `indices`. */
  of(model: HostModel, indices: readonly number[]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

const LARGEST_BATCH = 64;

/** Batch normalization uses the running statistics. `model` gives the shapes. */
export async function compileInference(
  engine: Engine,
  network: ResNet,
  head: Head,
  data: TrainingData,
  model: HostModel,
): Promise<Inference> {
  const predict: Predict = (params, stats, pixels) =>
    head(params, resnetForward(network, params, stats, pixels, { training: false }).features);
  const { batches, dispose } = await compilePrediction(engine, predict, data, model);
  return {
    of: async (asked, indices) => {
      const chunks: Float32Array[] = [];
      for await (const { rows } of batches(asked, indices)) chunks.push(rows);
      return concatenated(chunks);
    },
    dispose,
  };
}

/** From standardized images [B, S, S, 3] to a row of values for each, of any shape. */
export type Predict = (params: Variables<tf.Tensor>, stats: Variables<tf.Tensor>, pixels: tf.Tensor4D) => tf.Tensor;

export interface BatchPrediction {
  /** The rows of the images of `indices`, batch by batch in their order. */
  readonly batches: (model: HostModel, indices: readonly number[]) => AsyncIterable<PredictedBatch>;
  readonly dispose: () => Promise<void>;
}

interface PredictedBatch {
  readonly indices: readonly number[];
  /** Row-major. */
  readonly rows: Float32Array;
}

/** As `compileInference`, for values that are too many to hold of all images. */
export async function compilePrediction(
  engine: Engine,
  predict: Predict,
  data: TrainingData,
  model: HostModel,
): Promise<BatchPrediction> {
  const { size } = data.images;
  const batchSize = Math.min(LARGEST_BATCH, data.images.count);
  const step = await engine.compile(
    ({
      state,
      inputs,
    }: {
      state: { params: Variables<tf.Tensor>; stats: Variables<tf.Tensor> };
      inputs: { images: tf.Tensor };
    }) => {
      const pixels = normalize(tf.mul<tf.Tensor4D>(tf.cast(inputs.images, 'float32'), 1 / 255));
      return { state, outputs: { rows: predict(state.params, state.stats, pixels) } };
    },
    { state: { params: model.params, stats: model.stats }, inputs: { images: uint8([batchSize, size, size, 3]) } },
    { name: 'inference' },
  );

  return {
    batches: async function* (asked, indices) {
      await step.writeState(asked);
      for (let start = 0; start < indices.length; start += batchSize) {
        const wanted = indices.slice(start, start + batchSize);
        // The last batch is filled up with copies of its first image, whose rows are cut off again.
        const filled = [...wanted, ...Array<number>(batchSize - wanted.length).fill(at(wanted, 0))];
        const { rows } = await step.run({ images: await readBatch(data, filled) });
        const own = (rows.data as Float32Array).slice(0, (rows.data.length / batchSize) * wanted.length);
        yield { indices: wanted, rows: own };
      }
    },
    dispose: () => step.dispose(),
  };
}
