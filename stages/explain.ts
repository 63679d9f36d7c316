/**
 * Explains one fine-tuned network: class activation maps of its surest mistakes, and its features before and after
 * fine-tuning.
 */
import { Type } from '@sinclair/typebox';
import { contactSheet } from '../src/learn/dataset/contact-sheet.ts';
import { readDataset } from '../src/formats/dataset.ts';
import { writeExplanation } from '../src/formats/explanation.ts';
import { readPredictions } from '../src/learn/eval/predictions.ts';
import { explain } from '../src/learn/explain/explain.ts';
import { readClassifier } from '../src/learn/nn/classifier-weights.ts';
import { loadStart } from '../src/learn/nn/start.ts';
import { openTrainingData } from '../src/learn/train/data.ts';
import { withEngine } from '../src/learn/train/engine.ts';
import { defineStage, input, nullable, output } from '../src/stage/index.ts';
import { requireClasses } from './shared/answers.ts';
import { DATA } from './shared/data.ts';

/** Small images are enlarged to at least this many pixels. */
const TILE = 96;

export default defineStage({
  inputs: {
    ...DATA,
    /** The weights that fine-tuning started from; null for random weights. */
    before: nullable(input),
    /** `weights.safetensors` of fine-tuning. */
    after: input,
    /** `predictions.csv` of fine-tuning. */
    predictions: input,
  },
  params: Type.Object({
    /** The seed of fine-tuning, whose random start is drawn again. It also chooses images and starts UMAP. */
    seed: Type.Integer({ minimum: 0 }),
    /** The largest number of embedded test images. */
    images: Type.Integer({ minimum: 1, default: 300 }),
  }),
  outputs: {
    /** `explanation.json`. */
    explanation: output,
    /** `cams.png`: a row for each image: the picture, Grad-CAM of the predicted class and of the labeled class. */
    pictures: output,
  },
  run: async ({ inputs, params, outputs, stage }) => {
    const { seed, images } = params;
    const dataset = await readDataset(inputs.dataset);
    requireClasses(dataset, 'explain');
    const { classes } = dataset;
    const data = await openTrainingData(inputs);
    const { network, model: after } = await readClassifier(inputs.after, classes);
    const start = await loadStart(inputs.before, network, ['start', seed]);
    const predictions = await readPredictions(inputs.predictions);

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
      await writeExplanation(outputs.explanation, { model: facts, ...explanation });
      await contactSheet(outputs.pictures, pictures, { size, zoom: Math.max(1, Math.ceil(TILE / size)) });
    });
    await data.images.close();
  },
});
