/** Fine-tunes a network from random or given weights, selects its epoch by validation, and predicts every image once. */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { recipe } from '../src/learn/augment/index.ts';
import { readDataset } from '../src/learn/dataset/dataset.ts';
import { PARTS } from '../src/learn/dataset/split-table.ts';
import { predictionsOf, writePredictions } from '../src/learn/eval/predictions.ts';
import { initialiseClassifier } from '../src/learn/nn/heads.ts';
import { structureOf } from '../src/learn/nn/resnet.ts';
import { startFrom } from '../src/learn/nn/start.ts';
import { writeWeights } from '../src/learn/nn/weights.ts';
import { labelsOf, openLearningData } from '../src/learn/train/data.ts';
import { withEngine } from '../src/learn/train/engine.ts';
import { fitClassifier } from '../src/learn/train/fit-classifier.ts';
import { NetworkParameters, networkOf, optimiserOf, TrainingParameters } from '../src/learn/train/parameters.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Composite([
  NetworkParameters,
  TrainingParameters,
  Type.Object({
    /** `balanced`: images of rare classes count more, so that every class counts the same. */
    classWeights: Type.Union([Type.Literal('none'), Type.Literal('balanced')], { default: 'none' }),
  }),
]);

export default async function finetune(stage: Stage): Promise<void> {
  const given = parameters(Parameters, stage);
  const network = networkOf(given);
  const { name, classes } = await readDataset(stage.input('dataset'));
  const data = await openLearningData({ images: stage.input('images'), table: stage.input('table'), split: stage.input('split') });
  const start = await startFrom(stage.inputs.weights === null ? null : stage.input('weights'), network, ['start', given.seed]);
  const head = initialiseClassifier(structureOf(network).features, classes.length, ['head', given.seed]);
  stage.record(start.notes);
  if (start.warning !== null) stage.warn(start.warning);

  await withEngine(stage.resources, async (engine) => {
    stage.record(engine.description);
    const settings = { ...given, network, classes, optimiser: optimiserOf(given), recipe: recipe(given.recipe, { size: data.images.size }) };
    const { params, stats } = start.backbone;
    const fit = await fitClassifier(engine, settings, data, { params: { ...params, ...head }, stats }, stage);
    await writeWeights(stage.output('weights'), fit.model, { architecture: network.name, stem: network.stem, method: 'finetune', dataset: name, classes: classes.join(','), epoch: String(fit.best) });
    await writeFile(stage.output('curves'), `${JSON.stringify({ kind: 'finetune', epochs: fit.rows, best: fit.best }, null, 2)}\n`);

    // The epoch is chosen: only now are test images looked at.
    const indices = PARTS.flatMap((part) => data.split[part]);
    const parts = PARTS.flatMap((part) => data.split[part].map(() => part));
    const labels = labelsOf(data, indices, classes);
    const images = indices.map((index, i) => ({ index, image: data.rows[index]!.image, group: data.rows[index]!.group, part: parts[i]!, label: labels[i]! }));
    await writePredictions(stage.output('predictions'), predictionsOf(classes, images, await fit.probabilities(indices)));
  });
  await data.images.close();
}
