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
import { at } from '../../util/known.ts';

/** From pooled features [B, width] to the requested values [B, columns]. */
type Head = (params: Variables<tf.Tensor>, features: tf.Tensor2D) => tf.Tensor2D;

/** The features themselves. */
export const FEATURES: Head = (_, features) => features;

/** The log-probability of each class. */
export const LOG_PROBABILITIES: Head = (params, features) => tf.logSoftmax(linearClassifier(params, features));

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
      const pixels = normalize(tf.mul(tf.cast(inputs.images, 'float32'), 1 / 255));
      const { features } = resnetForward(network, state.params, state.stats, pixels, { training: false });
      return { state, outputs: { rows: head(state.params, features) } };
    },
    { state: { params: model.params, stats: model.stats }, inputs: { images: uint8([batchSize, size, size, 3]) } },
    { name: 'inference' },
  );

  return {
    of: async (asked, indices) => {
      await step.writeState(asked);
      const chunks: Float32Array[] = [];
      for (let start = 0; start < indices.length; start += batchSize) {
        const wanted = indices.slice(start, start + batchSize);
        // The last batch is filled up with copies of its first image, whose rows are cut off again.
        const filled = [...wanted, ...Array<number>(batchSize - wanted.length).fill(at(wanted, 0))];
        const { rows } = await step.run({ images: await readBatch(data, filled) });
        chunks.push((rows.data as Float32Array).slice(0, (rows.data.length / batchSize) * wanted.length));
      }
      return concatenated(chunks);
    },
    dispose: () => step.dispose(),
  };
}

function concatenated(chunks: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
