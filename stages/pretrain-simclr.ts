/** Pre-trains a network by SimCLR, from random or given weights, on the images of the training part. */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { recipe } from '../src/learn/augment/index.ts';
import { startFrom } from '../src/learn/nn/start.ts';
import { writeWeights } from '../src/learn/nn/weights.ts';
import { openLearningData } from '../src/learn/train/data.ts';
import { withEngine } from '../src/learn/train/engine.ts';
import { NetworkParameters, networkOf, optimiserOf, TrainingParameters } from '../src/learn/train/parameters.ts';
import { writePairs } from '../src/learn/train/pairs.ts';
import { pretrainSimclr } from '../src/learn/train/pretrain-simclr.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Composite([
  NetworkParameters,
  TrainingParameters,
  Type.Object({
    temperature: Type.Number({ exclusiveMinimum: 0, default: 0.5 }),
    /** Epochs between two nearest-neighbour probes. */
    probeEvery: Type.Integer({ minimum: 1, default: 5 }),
  }),
]);

export default async function pretrain(stage: Stage): Promise<void> {
  const given = parameters(Parameters, stage);
  const network = networkOf(given);
  const data = await openLearningData({ images: stage.input('images'), table: stage.input('table'), split: stage.input('split') });
  const start = await startFrom(stage.inputs.weights === null ? null : stage.input('weights'), network, ['start', given.seed]);
  stage.record(start.notes);
  if (start.warning !== null) stage.warn(start.warning);

  await withEngine(stage.resources, async (engine) => {
    stage.record(engine.description);
    const settings = { ...given, network, optimiser: optimiserOf(given), recipe: recipe(given.recipe, { size: data.images.size }) };
    await writePairs(engine, stage.output('pairs'), settings.recipe, data, given.seed);
    const { rows, encoder } = await pretrainSimclr(engine, settings, data, start.backbone, stage);
    await writeWeights(stage.output('weights'), encoder, { architecture: network.name, stem: network.stem, method: 'simclr', epochs: String(given.epochs) });
    await writeFile(stage.output('curves'), `${JSON.stringify({ kind: 'pretrain', method: 'simclr', epochs: rows }, null, 2)}\n`);
  });
  await data.images.close();
}
