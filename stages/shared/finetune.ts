/** The common part of all stages that fine-tune a classifier: inputs, parameters, outputs and the training itself. */
import { writeFinetuneCurves } from '../../src/formats/curves.ts';
import { readDataset, type Dataset } from '../../src/formats/dataset.ts';
import { SUBSETS } from '../../src/formats/subset.ts';
import { initializeClassifier } from '../../src/learn/nn/heads.ts';
import { resnetStructure } from '../../src/learn/nn/resnet.ts';
import { writeWeights } from '../../src/learn/nn/weights.ts';
import { openTrainingData, withLabelFraction } from '../../src/learn/train/data.ts';
import { withEngine } from '../../src/learn/train/engine.ts';
import { fitClassifier, type TrainingStepFactory } from '../../src/learn/train/fit-classifier.ts';
import type { HostModel } from '../../src/learn/train/loop.ts';
import { input, nullable, output, type StageRun } from '../../src/stage/index.ts';
import { writeAnswers } from './answers.ts';
import { CHOICE_INPUTS, takeOver } from './choice.ts';
import { DATA } from './data.ts';
import type { FinetuneParameters } from './finetune-parameters.ts';
import { settingsNote, settledParameters, type SettledParameters } from './finetune-parameters.ts';
import { fitSettings, weightsNotes } from './fit-settings.ts';
import { networkFrom } from './parameters.ts';
import { openStart } from './start.ts';
import { FINETUNED_FILES } from './trained.ts';

export const FINETUNE_INPUTS = {
  ...DATA,
  /** The weights to start from; null draws them at random. */
  weights: nullable(input),
  ...CHOICE_INPUTS,
};

export const FINETUNE_OUTPUTS = {
  /** `weights.safetensors` of the last epoch. */
  weights: output,
  /** `curves.json`. */
  curves: output,
  /** `predictions.csv`: every image of each subset. */
  predictions: output,
};

type FinetuneRun = StageRun<typeof FINETUNE_INPUTS, typeof FinetuneParameters, typeof FINETUNE_OUTPUTS>;

type StepsFor<State extends HostModel> = (
  dataset: Dataset,
) => Promise<TrainingStepFactory<State>> | TrainingStepFactory<State>;

/**
 * Trains from the input `weights` to the last epoch, and predicts every image of the subsets once. `stepsFor` is called
 * with the description of the data set; `method` is a note in the weights file.
 */
export async function finetune<State extends HostModel>(
  given: FinetuneRun,
  method: string,
  stepsFor: StepsFor<State>,
): Promise<void> {
  const params = await settledParameters(given.inputs.choice, given.params);
  const { inputs, outputs, stage } = given;
  if (await takeOver(inputs.trained, FINETUNED_FILES, outputs, settingsNote(params), stage)) return;
  await trainAndPredict({ ...given, params }, method, stepsFor);
}

async function trainAndPredict<State extends HostModel>(
  { inputs, params, outputs, stage }: FinetuneRun & { readonly params: SettledParameters },
  method: string,
  stepsFor: StepsFor<State>,
): Promise<void> {
  const network = networkFrom(params);
  const dataset = await readDataset(inputs.dataset);
  const { classes } = dataset;
  const data = withLabelFraction(await openTrainingData(inputs), params.labelFraction);
  const backbone = await openStart(inputs.weights, network, params.seed, stage);
  const head = initializeClassifier(resnetStructure(network).features, classes.length, ['head', params.seed]);
  const stepFactory = await stepsFor(dataset);

  await withEngine(stage.resources, async (engine) => {
    stage.record({ ...engine.description, precision: params.precision });
    const settings = fitSettings(params, dataset, data);
    const model = { params: { ...backbone.params, ...head }, stats: backbone.stats };
    stage.record({ batchSize: settings.batchSize, learningRate: settings.learningRate });
    const fit = await fitClassifier(engine, settings, stepFactory, data, model, stage);
    await writeWeights(outputs.weights, fit.model, weightsNotes(params, dataset, { method, epochs: fit.rows.length }));
    if (fit.warning !== null) stage.warn(fit.warning);
    await writeFinetuneCurves(outputs.curves, { kind: 'finetune', epochs: fit.rows });
    // The network is trained: only now are test images looked at.
    const probabilities = await fit.probabilities(SUBSETS.flatMap((subset) => data.split[subset]));
    await writeAnswers(outputs.predictions, { dataset, data, subsets: SUBSETS, probabilities });
  });
  await data.images.close();
}
