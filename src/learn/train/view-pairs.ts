/**
 * The input of a contrastive method: images and two of their views, side by side, so that a person can judge the
 * augmentations.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../tensor/engine.ts';
import { uint8 } from '../../tensor/host-tensor.ts';
import { augment, sampleViewParams, viewParamSpecs, type Augmentation, type ViewParams } from '../augment/index.ts';
import { contactSheet } from '../dataset/contact-sheet.ts';
import { readBatch, type TrainingData } from './data.ts';

const ROWS = 8;
/** Small images are enlarged to at least this many pixels. */
const TILE = 96;

/** Writes a PNG with a row for each of the first training images: as it is, and its two views in the first epoch. */
export async function writePairs(
  engine: Engine,
  path: string,
  [one, other]: readonly [Augmentation, Augmentation, ...Augmentation[]],
  data: TrainingData,
  seed: number,
): Promise<void> {
  const { size } = data.images;
  const indices = data.split.train.slice(0, ROWS);
  const step = await engine.compile(
    ({
      inputs: { images, first, second },
    }: {
      inputs: { images: tf.Tensor; first: ViewParams<tf.Tensor>; second: ViewParams<tf.Tensor> };
    }) => ({
      state: {},
      outputs: { first: augment(images as tf.Tensor4D, first), second: augment(images as tf.Tensor4D, second) },
    }),
    {
      state: {},
      inputs: {
        images: uint8([indices.length, size, size, 3]),
        first: viewParamSpecs(one, indices.length, size),
        second: viewParamSpecs(other, indices.length, size),
      },
    },
    { name: 'pairs' },
  );
  const images = await readBatch(data, indices);
  const draw = { seed, epoch: 1, indices, sourceSize: size };
  const { first, second } = await step.run({
    images,
    first: sampleViewParams(one, { ...draw, view: 0 }),
    second: sampleViewParams(other, { ...draw, view: 1 }),
  });
  await step.dispose();

  const columns = [images.data, bytes(first.data), bytes(second.data)];
  const tile = (pixels: Uint8Array, row: number): Uint8Array =>
    pixels.subarray(row * size * size * 3, (row + 1) * size * size * 3);
  await contactSheet(
    path,
    indices.map((_, row) => columns.map((pixels) => tile(pixels, row))),
    { size, zoom: Math.max(1, Math.ceil(TILE / size)) },
  );
}

const bytes = (values: ArrayLike<number>): Uint8Array =>
  Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
