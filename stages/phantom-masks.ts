/** Draws the phantom data set with the mask of each lesion. */
import { Type } from '@sinclair/typebox';
import { phantomDataset } from '../src/learn/dataset/drawn/phantoms.ts';
import { writeMaskedPhantoms } from '../src/learn/dataset/masks/write-masked-phantoms.ts';
import { defineStage } from '../src/stage/index.ts';
import { MASKED_OUTPUTS } from './shared/masks.ts';

export default defineStage({
  params: Type.Object({
    images: Type.Integer({ minimum: 1 }),
    /** Side in pixels. */
    size: Type.Integer({ minimum: 8 }),
    seed: Type.Integer({ minimum: 0 }),
  }),
  outputs: MASKED_OUTPUTS,
  run: async ({ params, outputs, stage }) => {
    await writeMaskedPhantoms(phantomDataset(params), outputs, (done, total) => {
      stage.progress({ done, total, unit: 'images' });
    });
  },
});
