/**
 * Explains one fine-tuned network: heat maps, confident mistakes, and its features before and after fine-tuning.
 *
 * inputs images, table, dataset, split of the data set
 *          before       the weights that fine-tuning started from, or null for random ones
 *          after        weights.safetensors of fine-tuning
 *          predictions  predictions.csv of fine-tuning
 * params seed of fine-tuning (its random start is drawn again), of the choice of images, and of UMAP
 *          images       at most so many test images are embedded (300)
 * outputs  explanation  explanation.json
 *          pictures     cams.png: a row for each listed image: picture, Grad-CAM of the predicted class, of the labeled class
 */
import { Type } from '@sinclair/typebox';
import { contactSheet } from '../src/learn/dataset/contact-sheet.ts';
import { readDataset } from '../src/learn/dataset/dataset.ts';
import { readPredictions } from '../src/learn/eval/predictions.ts';
import { explain } from '../src/learn/explain/explain.ts';
import { writeExplanation } from '../src/learn/explain/explanation.ts';
import { readClassifier } from '../src/learn/nn/classifier-weights.ts';
import { loadStart } from '../src/learn/nn/start.ts';
import { openTrainingData } from '../src/learn/train/data.ts';
import { withEngine } from '../src/learn/train/engine.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Object({
  seed: Type.Integer({ minimum: 0 }),
  images: Type.Integer({ minimum: 1, default: 300 }),
});

/** Small images are enlarged to at least this many pixels. */
const TILE = 96;

export default async function (stage: Stage): Promise<void> {
  const { seed, images } = parameters(Parameters, stage);
  const { classes } = await readDataset(stage.input('dataset'));
  const data = await openTrainingData({
    images: stage.input('images'),
    table: stage.input('table'),
    split: stage.input('split'),
  });
  const { network, model: after } = await readClassifier(stage.input('after'), classes);
  const start = await loadStart(stage.inputs.before === null ? null : stage.input('before'), network, ['start', seed]);
  const predictions = await readPredictions(stage.input('predictions'));

  await withEngine(stage.resources, async (engine) => {
    stage.record(engine.description);
    const { explanation, layer, pictures } = await explain(
      engine,
      { network, after, before: start.backbone, classes, predictions, seed, images },
      data,
    );
    const { size } = data.images;
    const facts = {
      network: network.name,
      size,
      layer: layer.name,
      side: layer.side,
      start: String(start.notes.start),
    };
    await writeExplanation(stage.output('explanation'), { model: facts, ...explanation });
    await contactSheet(stage.output('pictures'), pictures, { size, zoom: Math.max(1, Math.ceil(TILE / size)) });
  });
  await data.images.close();
}
