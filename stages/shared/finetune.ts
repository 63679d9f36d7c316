/** The common part of all stages that fine-tune a classifier: inputs, parameters, outputs and the training itself. */
import { Type } from '@sinclair/typebox';
import { writeFinetuneCurves } from '../../src/formats/curves.ts';
import { readDataset } from '../../src/formats/dataset.ts';
import { SUBSETS } from '../../src/formats/subset.ts';
import { writePredictions } from '../../src/learn/eval/predictions.ts';
import { initializeClassifier } from '../../src/learn/nn/heads.ts';
import { resnetStructure } from '../../src/learn/nn/resnet.ts';
import { loadStart } from '../../src/learn/nn/start.ts';
import { writeWeights } from '../../src/learn/nn/weights.ts';
import { openTrainingData, subsetPredictions, withLabelFraction } from '../../src/learn/train/data.ts';
import { withEngine } from '../../src/learn/train/engine.ts';
import { fitClassifier, type TrainingStepFactory } from '../../src/learn/train/fit-classifier.ts';
import type { HostModel } from '../../src/learn/train/loop.ts';
import { nullable, input, output, type StageRun } from '../../src/stage/index.ts';
import { DATA } from './data.ts';
import { augmentationOf, networkFrom, NetworkParameters, optimizerFrom, TrainingParameters } from './parameters.ts';

export const FINETUNE_INPUTS = {
  ...DATA,
  /** The weights to start from; null draws them at random. */
  weights: nullable(input),
};

export const FINETUNE_OUTPUTS = {
  /** `weights.safetensors` of the selected epoch. */
  weights: output,
  /** `curves.json`. */
  curves: output,
  /** `predictions.csv`: every image of each subset. */
  predictions: output,
};

export const FinetuneParameters = Type.Composite([
  NetworkParameters,
  TrainingParameters,
  Type.Object({
    /** `balanced`: images of rare classes count more, so that every class counts the same. */
    classWeights: Type.Union([Type.Literal('none'), Type.Literal('balanced')], { default: 'none' }),
    /**
     * Trains on the rows of the training subset that this fraction of its labels has: one of the `labelFractions` of
     * the split.
     */
    labelFraction: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 1 }),
    /**
     * Added to `epochs`, under one schedule: the epochs of another model's pre-training, for a comparison at equal
     * cost.
     */
    extraEpochs: Type.Integer({ minimum: 0, default: 0 }),
  }),
]);

type FinetuneRun = StageRun<typeof FINETUNE_INPUTS, typeof FinetuneParameters, typeof FINETUNE_OUTPUTS>;

/**
 * Trains from the input `weights`, selects the epoch by validation, and predicts every image of the subsets once.
 * `stepsFor` is called with the classes of the data set; `method` is a note in the weights file.
 */
export async function finetune<State extends HostModel>(
  { inputs, params, outputs, stage }: FinetuneRun,
  method: string,
  stepsFor: (classes: readonly string[]) => Promise<TrainingStepFactory<State>> | TrainingStepFactory<State>,
): Promise<void> {
  const network = networkFrom(params);
  const dataset = await readDataset(inputs.dataset);
  const { classes } = dataset;
  const data = withLabelFraction(await openTrainingData(inputs), params.labelFraction);
  const start = await loadStart(inputs.weights, network, ['start', params.seed]);
  const head = initializeClassifier(resnetStructure(network).features, classes.length, ['head', params.seed]);
  const stepFactory = await stepsFor(classes);
  stage.record(start.notes);
  if (start.warning !== null) stage.warn(start.warning);

  await withEngine(stage.resources, async (engine) => {
    stage.record({ ...engine.description, precision: params.precision });
    const settings = {
      ...params,
      epochs: params.epochs + params.extraEpochs,
      network,
      classes,
      optimizer: optimizerFrom(params),
      augmentation: augmentationOf(params.augmentation, dataset, data.images.size),
    };
    const { params: backbone, stats } = start.backbone;
    const model = { params: { ...backbone, ...head }, stats };
    const fit = await fitClassifier(engine, settings, stepFactory, data, model, stage);
    await writeWeights(outputs.weights, fit.model, {
      architecture: network.name,
      stem: network.stem,
      method,
      dataset: dataset.name,
      classes: classes.join(','),
      epoch: String(fit.best),
    });
    await writeFinetuneCurves(outputs.curves, { kind: 'finetune', epochs: fit.rows, best: fit.best });
    // The epoch is chosen: only now are test images looked at.
    const probabilities = await fit.probabilities(SUBSETS.flatMap((subset) => data.split[subset]));
    await writePredictions(outputs.predictions, subsetPredictions(data, classes, SUBSETS, probabilities));
  });
  await data.images.close();
}
