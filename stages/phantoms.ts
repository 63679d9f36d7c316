/** Draws the phantom data set: images of skin lesions. */
import { Type } from '@sinclair/typebox';
import { writeSyntheticDataset } from '../src/learn/dataset/drawn/write-synthetic-dataset.ts';
import { phantomDataset } from '../src/learn/dataset/drawn/phantoms.ts';
import { defineStage } from '../src/stage/index.ts';
import { DATASET_OUTPUTS } from './shared/data.ts';

export default defineStage({
  params: Type.Object({
    images: Type.Integer({ minimum: 1 }),
    /** Side in pixels. */
    size: Type.Integer({ minimum: 8 }),
    seed: Type.Integer({ minimum: 0 }),
  }),
  outputs: DATASET_OUTPUTS,
  run: ({ params, outputs, stage }) =>
    writeSyntheticDataset(phantomDataset(params), outputs, (done, total) => {
      stage.progress({ done, total, unit: 'images' });
    }),
});
