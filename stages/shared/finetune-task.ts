/** The common part of the stages that fine-tune a network for masks or boxes: settings, start, training and weights. */
import { readDataset, type Dataset } from '../../src/formats/dataset.ts';
import { DatasetError } from '../../src/learn/dataset/error.ts';
import type { RandomKey } from '../../src/learn/nn/initialize.ts';
import type { ResNet } from '../../src/learn/nn/resnet.ts';
import { writeWeights } from '../../src/learn/nn/weights.ts';
import { openTrainingData, withLabelFraction, type TrainingData } from '../../src/learn/train/data.ts';
import { withEngine } from '../../src/learn/train/engine.ts';
import type { fitDetector } from '../../src/learn/train/fit-detector.ts';
import type { FitSettings } from '../../src/learn/train/fit-settings.ts';
import type { HostModel, TrainingContext } from '../../src/learn/train/loop.ts';
import type { StageRun } from '../../src/stage/index.ts';
import { takeOver } from './choice.ts';
import { settingsNote, settledParameters, type FinetuneParameters } from './finetune-parameters.ts';
import type { FINETUNE_INPUTS, FINETUNE_OUTPUTS } from './finetune.ts';
import { fitSettings, weightsNotes } from './fit-settings.ts';
import { networkFrom } from './parameters.ts';
import { openStart } from './start.ts';
import type { FINETUNED_FILES } from './trained.ts';

type Run = StageRun<typeof FINETUNE_INPUTS, typeof FinetuneParameters, typeof FINETUNE_OUTPUTS>;

interface Fit {
  readonly rows: readonly object[];
  readonly model: HostModel;
}

interface FinetunedTask<Data extends TrainingData, Own extends Fit> {
  readonly task: NonNullable<Dataset['task']>;
  /** A note in the weights file. */
  readonly method: string;
  readonly files: Readonly<Record<keyof typeof FINETUNED_FILES, string>>;
  /** Adds the labels of the images. */
  readonly open: (data: TrainingData) => Promise<Data>;
  /** The layers on the encoder. */
  readonly head: (network: ResNet, classes: number, key: RandomKey) => HostModel;
  readonly fit: (
    engine: Parameters<typeof fitDetector>[0],
    settings: FitSettings,
    data: Data,
    start: HostModel,
    watch: TrainingContext,
  ) => Promise<Own>;
  /** Writes curves and predictions. The network is trained: only now are test images looked at. */
  readonly write: (fit: Own, data: Data, dataset: Dataset) => Promise<void>;
}

/** Trains from the input `weights` to the last epoch, or takes the trial over that was chosen. */
export async function finetuneTask<Data extends TrainingData, Own extends Fit>(
  { inputs, params: declared, outputs, stage }: Run,
  { task, method, files, open, head, fit, write }: FinetunedTask<Data, Own>,
): Promise<void> {
  const params = await settledParameters(inputs.choice, declared);
  if (await takeOver(inputs.trained, files, outputs, settingsNote(params), stage)) return;
  const network = networkFrom(params);
  const dataset = await readDataset(inputs.dataset);
  if (dataset.task !== task)
    throw new DatasetError(
      `${dataset.title} is a data set for ${dataset.task ?? 'classification'}; this stage trains on ${task} alone.`,
    );
  const data = await open(withLabelFraction(await openTrainingData(inputs), params.labelFraction));
  const backbone = await openStart(inputs.weights, network, params.seed, stage);
  const layers = head(network, dataset.classes.length, ['head', params.seed]);

  await withEngine(stage.resources, async (engine) => {
    stage.record({ ...engine.description, precision: params.precision });
    const settings = fitSettings(params, dataset, data);
    stage.record({ batchSize: settings.batchSize, learningRate: settings.learningRate });
    const model = {
      params: { ...backbone.params, ...layers.params },
      stats: { ...backbone.stats, ...layers.stats },
    };
    const fitted = await fit(engine, settings, data, model, stage);
    const notes = { method, epochs: fitted.rows.length };
    await writeWeights(outputs.weights, fitted.model, weightsNotes(params, dataset, notes));
    await write(fitted, data, dataset);
  });
  await data.images.close();
}
