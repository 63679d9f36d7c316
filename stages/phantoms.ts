/** Draws the phantom data set: params -> packed images, table, description. */
import { Type } from '@sinclair/typebox';
import { writeSyntheticDataset } from '../src/learn/dataset/drawn/write-synthetic-dataset.ts';
import { phantomDataset } from '../src/learn/dataset/drawn/phantoms.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Object({
  images: Type.Integer({ minimum: 1 }),
  /** Side in pixels. */
  size: Type.Integer({ minimum: 8 }),
  seed: Type.Integer({ minimum: 0 }),
});

export default async function (stage: Stage): Promise<void> {
  const files = { images: stage.output('images'), table: stage.output('table'), dataset: stage.output('dataset') };
  await writeSyntheticDataset(phantomDataset(parameters(Parameters, stage)), files, (done, total) => {
    stage.progress({ done, total, unit: 'images' });
  });
}
