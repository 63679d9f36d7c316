/** The shared part of the stages that train the classifiers of a study: parameters, inputs and outputs. */
import { writeFile } from 'node:fs/promises';
import { Type, type Static } from '@sinclair/typebox';
import { readDataset } from '../../src/learn/dataset/dataset.ts';
import { SUBSETS } from '../../src/learn/dataset/split-table.ts';
import { writePredictions } from '../../src/learn/eval/predictions.ts';
import { initializeClassifier } from '../../src/learn/nn/heads.ts';
import { resnetStructure } from '../../src/learn/nn/resnet.ts';
import { loadStart } from '../../src/learn/nn/start.ts';
import { writeWeights } from '../../src/learn/nn/weights.ts';
import { openTrainingData, subsetPredictions, withLabelFraction } from '../../src/learn/train/data.ts';
import { withEngine } from '../../src/learn/train/engine.ts';
import { fitClassifier, type TrainingStepFactory } from '../../src/learn/train/fit-classifier.ts';
import type { HostModel, TrainingContext } from '../../src/learn/train/loop.ts';
import { networkFrom, NetworkParameters, optimizerFrom, augmentationOf, TrainingParameters } from './parameters.ts';

export const FinetuneParameters = Type.Composite([
  NetworkParameters,
  TrainingParameters,
  Type.Object({
    /** `balanced`: images of rare classes count more, so that every class counts the same. */
    classWeights: Type.Union([Type.Literal('none'), Type.Literal('balanced')], { default: 'none' }),
    /** Trains on the rows of the training subset that this fraction of its labels has: one of the `labelFractions` of the split. */
    labelFraction: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 1 }),
    /** On top of `epochs`, under one schedule: what another model spent on pre-training, for a comparison at equal cost. */
    extraEpochs: Type.Integer({ minimum: 0, default: 0 }),
  }),
]);

/** The used part of a stage. */
export interface FinetuneStage extends TrainingContext {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<string, number | string>>;
  input(name: string): string;
  output(name: string): string;
  record(notes: Readonly<Record<string, string | number | readonly string[]>>): void;
  warn(text: string): void;
}

/**
 * Trains from the input `weights`, or from random ones if that is null, selects the epoch by validation, and predicts
 * every image of its subsets once. Writes `weights`, `curves` and `predictions`. `learning` gets the classes of the
 * data set.
 */
export async function runFinetuning<State extends HostModel>(
  stage: FinetuneStage,
  method: string,
  given: Static<typeof FinetuneParameters>,
  learning: (classes: readonly string[]) => Promise<TrainingStepFactory<State>> | TrainingStepFactory<State>,
): Promise<void> {
  const network = networkFrom(given);
  const dataset = await readDataset(stage.input('dataset'));
  const { name, classes } = dataset;
  const data = withLabelFraction(
    await openTrainingData({ images: stage.input('images'), table: stage.input('table'), split: stage.input('split') }),
    given.labelFraction,
  );
  const start = await loadStart(stage.inputs.weights === null ? null : stage.input('weights'), network, [
    'start',
    given.seed,
  ]);
  const head = initializeClassifier(resnetStructure(network).features, classes.length, ['head', given.seed]);
  const learnerOf = await learning(classes);
  stage.record(start.notes);
  if (start.warning !== null) stage.warn(start.warning);

  await withEngine(stage.resources, async (engine) => {
    stage.record({ ...engine.description, precision: given.precision });
    const settings = {
      ...given,
      epochs: given.epochs + given.extraEpochs,
      network,
      classes,
      optimizer: optimizerFrom(given),
      augmentation: augmentationOf(given.augmentation, dataset, data.images.size),
    };
    const { params, stats } = start.backbone;
    const fit = await fitClassifier(
      engine,
      settings,
      learnerOf,
      data,
      { params: { ...params, ...head }, stats },
      stage,
    );
    await writeWeights(stage.output('weights'), fit.model, {
      architecture: network.name,
      stem: network.stem,
      method,
      dataset: name,
      classes: classes.join(','),
      epoch: String(fit.best),
    });
    await writeFile(
      stage.output('curves'),
      `${JSON.stringify({ kind: 'finetune', epochs: fit.rows, best: fit.best }, null, 2)}\n`,
    );
    // The epoch is chosen: only now are test images looked at.
    const probabilities = await fit.probabilities(SUBSETS.flatMap((subset) => data.split[subset]));
    await writePredictions(stage.output('predictions'), subsetPredictions(data, classes, SUBSETS, probabilities));
  });
  await data.images.close();
}
