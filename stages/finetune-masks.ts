/**
 * Fine-tunes a U-Net whose encoder has random or given weights to the last epoch, and predicts the masks of the
 * validation and the test subset once.
 */
import { writeSegmentationCurves } from '../src/formats/curves.ts';
import { readDataset } from '../src/formats/dataset.ts';
import { DatasetError } from '../src/learn/dataset/error.ts';
import { openPackedMasks } from '../src/learn/dataset/packed-masks.ts';
import { writeMaskPredictions } from '../src/learn/eval/segmentation/predictions.ts';
import { initializeUnetDecoder } from '../src/learn/nn/initialize.ts';
import { writeWeights } from '../src/learn/nn/weights.ts';
import { openTrainingData, withLabelFraction } from '../src/learn/train/data.ts';
import { withEngine } from '../src/learn/train/engine.ts';
import { fitSegmenter, type SegmentationData } from '../src/learn/train/fit-segmenter.ts';
import { defineStage, input, nullable, output, type StageRun } from '../src/stage/index.ts';
import { CHOICE_INPUTS, takeOver } from './shared/choice.ts';
import {
  FinetuneParameters,
  settingsNote,
  settledParameters,
  type SettledParameters,
} from './shared/finetune-parameters.ts';
import { fitSettings, weightsNotes } from './shared/fit-settings.ts';
import { MASKED_DATA } from './shared/masks.ts';
import { networkFrom } from './shared/parameters.ts';
import { openStart } from './shared/start.ts';
import { SEGMENTER_FILES } from './shared/trained.ts';

const INPUTS = {
  ...MASKED_DATA,
  /** The weights that the encoder starts from; null draws them at random. */
  weights: nullable(input),
  ...CHOICE_INPUTS,
};

const OUTPUTS = {
  /** `weights.safetensors` of the last epoch: encoder and decoder. */
  weights: output,
  /** `curves.json`. */
  curves: output,
  /** `predictions.safetensors`: the probabilities of each class for every pixel, at training size. */
  predictions: output,
};

type Run = StageRun<typeof INPUTS, typeof FinetuneParameters, typeof OUTPUTS>;

export default defineStage({
  inputs: INPUTS,
  params: FinetuneParameters,
  outputs: OUTPUTS,
  run: async (given) => {
    const { inputs, outputs, stage } = given;
    const params = await settledParameters(inputs.choice, given.params);
    if (await takeOver(inputs.trained, SEGMENTER_FILES, outputs, settingsNote(params), stage)) return;
    await trainAndPredict({ ...given, params });
  },
});

async function trainAndPredict({
  inputs,
  params,
  outputs,
  stage,
}: Run & { readonly params: SettledParameters }): Promise<void> {
  const network = networkFrom(params);
  const dataset = await readDataset(inputs.dataset);
  const { classes, task } = dataset;
  if (task !== 'segmentation')
    throw new DatasetError(`${dataset.title} has no masks; the stage finetune trains on it.`);
  const data = await openSegmentationData(inputs, params.labelFraction);
  const backbone = await openStart(inputs.weights, network, params.seed, stage);
  const decoder = initializeUnetDecoder(network, classes.length, ['head', params.seed]);

  await withEngine(stage.resources, async (engine) => {
    stage.record({ ...engine.description, precision: params.precision });
    const settings = fitSettings(params, dataset, data);
    stage.record({ batchSize: settings.batchSize, learningRate: settings.learningRate });
    const model = {
      params: { ...backbone.params, ...decoder.params },
      stats: { ...backbone.stats, ...decoder.stats },
    };
    const fit = await fitSegmenter(engine, settings, data, model, stage);
    const notes = { method: 'finetune-masks', epochs: fit.rows.length };
    await writeWeights(outputs.weights, fit.model, weightsNotes(params, dataset, notes));
    await writeSegmentationCurves(outputs.curves, { kind: 'segmentation', epochs: fit.rows });
    // The network is trained: only now are test images looked at.
    const indices = [...data.split.validation, ...data.split.test];
    const shape = { indices, side: data.images.size, classes: classes.length };
    await writeMaskPredictions(outputs.predictions, fit.predictions(indices), shape);
  });
  await data.images.close();
}

async function openSegmentationData(
  paths: { readonly images: string; readonly table: string; readonly split: string; readonly masks: string },
  labelFraction: number,
): Promise<SegmentationData> {
  const data = withLabelFraction(await openTrainingData(paths), labelFraction);
  const masks = await openPackedMasks(paths.masks);
  if (masks.count !== data.images.count || masks.size !== data.images.size)
    throw new DatasetError(
      `${paths.masks} has ${masks.count} masks of ${masks.size} px, but ${paths.images} has ${data.images.count} images ` +
        `of ${data.images.size} px; both must come from one ingest.`,
    );
  return { ...data, masks };
}
