/** The common part of all stages that fine-tune a classifier: inputs, parameters, outputs and the training itself. */
import { Type, type Static } from '@sinclair/typebox';
import { writeFinetuneCurves } from '../../src/formats/curves.ts';
import { readDataset } from '../../src/formats/dataset.ts';
import { SUBSETS } from '../../src/formats/subset.ts';
import { DatasetError } from '../../src/learn/dataset/error.ts';
import { writePredictions } from '../../src/learn/eval/predictions.ts';
import { initializeClassifier } from '../../src/learn/nn/heads.ts';
import { resnetStructure } from '../../src/learn/nn/resnet.ts';
import { loadStart } from '../../src/learn/nn/start.ts';
import { writeWeights } from '../../src/learn/nn/weights.ts';
import { openTrainingData, subsetPredictions, withLabelFraction } from '../../src/learn/train/data.ts';
import { withEngine } from '../../src/learn/train/engine.ts';
import { fitClassifier, type TrainingStepFactory } from '../../src/learn/train/fit-classifier.ts';
import type { HostModel } from '../../src/learn/train/loop.ts';
import { input, nullable, output, type StageRun } from '../../src/stage/index.ts';
import { canonicalJson } from '../../src/util/canonical-json.ts';
import { CHOICE_INPUTS, chosenParameters, takeOver } from './choice.ts';
import { DATA } from './data.ts';
import { augmentationOf, networkFrom, NetworkParameters, optimizerFrom, TrainingParameters } from './parameters.ts';
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

export const FinetuneParameters = Type.Composite([
  NetworkParameters,
  Type.Omit(TrainingParameters, ['batchSize', 'learningRate']),
  Type.Object({
    /** Images of one step. `auto`: 16 where fewer than 500 images are trained on, else 32. */
    batchSize: Type.Union([Type.Integer({ minimum: 2 }), Type.Literal('auto')]),
    /** Learning rate, reached after the warm-up. Without it, the input `choice` must name one. */
    learningRate: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    /** Epochs are added until training has at least this many steps. */
    minSteps: Type.Integer({ minimum: 0, default: 0 }),
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

type StepsFor<State extends HostModel> = (
  classes: readonly string[],
) => Promise<TrainingStepFactory<State>> | TrainingStepFactory<State>;

/**
 * Trains from the input `weights` to the last epoch, and predicts every image of the subsets once. `stepsFor` is called
 * with the classes of the data set; `method` is a note in the weights file.
 */
export async function finetune<State extends HostModel>(
  given: FinetuneRun,
  method: string,
  stepsFor: StepsFor<State>,
): Promise<void> {
  const params = await settledParameters(given);
  const { inputs, outputs, stage } = given;
  if (await takeOver(inputs.trained, FINETUNED_FILES, outputs, settingsNote(params))) {
    stage.record({ trained: 'by the trial that was chosen' });
    return;
  }
  await trainAndPredict({ ...given, params }, method, stepsFor);
}

type SettledParameters = Static<typeof FinetuneParameters> & { readonly learningRate: number };

/** The parameters of the pipeline with those of the choice in their place. */
async function settledParameters({ inputs, params }: FinetuneRun): Promise<SettledParameters> {
  const settled = await chosenParameters(inputs.choice, FinetuneParameters, params);
  const { learningRate } = settled;
  if (learningRate === undefined)
    throw new DatasetError(
      'learningRate is missing: set the parameter, or give the input "choice" of the stage select.',
    );
  return { ...settled, learningRate };
}

/** All settings of a training as one text, kept with its weights. */
const settingsNote = (params: SettledParameters): string => canonicalJson(params);

async function trainAndPredict<State extends HostModel>(
  { inputs, params, outputs, stage }: FinetuneRun & { readonly params: SettledParameters },
  method: string,
  stepsFor: StepsFor<State>,
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
      batchSize: params.batchSize === 'auto' ? batchSizeFor(data.split.train.length) : params.batchSize,
      network,
      classes,
      optimizer: optimizerFrom(params),
      augmentation: augmentationOf(params.augmentation, dataset, data.images.size),
    };
    const { params: backbone, stats } = start.backbone;
    const model = { params: { ...backbone, ...head }, stats };
    stage.record({ batchSize: settings.batchSize, learningRate: settings.learningRate });
    const fit = await fitClassifier(engine, settings, stepFactory, data, model, stage);
    await writeWeights(outputs.weights, fit.model, {
      architecture: network.name,
      stem: network.stem,
      method,
      dataset: dataset.name,
      classes: classes.join(','),
      epochs: String(fit.rows.length),
      settings: settingsNote(params),
    });
    if (fit.warning !== null) stage.warn(fit.warning);
    await writeFinetuneCurves(outputs.curves, { kind: 'finetune', epochs: fit.rows });
    // The network is trained: only now are test images looked at.
    const probabilities = await fit.probabilities(SUBSETS.flatMap((subset) => data.split[subset]));
    await writePredictions(outputs.predictions, subsetPredictions(data, classes, SUBSETS, probabilities));
  });
  await data.images.close();
}

/** docs/adr/0007: small sets need the steps, large sets the speed. */
const batchSizeFor = (images: number): number => (images < 500 ? 16 : 32);
