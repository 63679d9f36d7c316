/** Draws labeled fractals, to pre-train a transfer start. */
import { Type } from '@sinclair/typebox';
import { writeSyntheticDataset } from '../src/learn/dataset/drawn/write-synthetic-dataset.ts';
import { fractalDataset } from '../src/learn/dataset/drawn/fractals.ts';
import { defineStage } from '../src/stage/index.ts';
import { DATASET_OUTPUTS } from './shared/data.ts';

export default defineStage({
  params: Type.Object({
    images: Type.Integer({ minimum: 1 }),
    /** Side in pixels. */
    size: Type.Integer({ minimum: 8 }),
    seed: Type.Integer({ minimum: 0 }),
    classes: Type.Integer({ minimum: 2, default: 20 }),
  }),
  outputs: DATASET_OUTPUTS,
  run: ({ params, outputs, stage }) =>
    writeSyntheticDataset(fractalDataset(params), outputs, (done, total) => {
      stage.progress({ done, total, unit: 'images' });
    }),
});
