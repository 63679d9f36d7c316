/** The settings of a supervised training from the parameters of its stage, and the notes beside its weights. */
import type { Dataset } from '../../src/formats/dataset.ts';
import type { FitSettings } from '../../src/learn/train/fit-settings.ts';
import type { TrainingData } from '../../src/learn/train/data.ts';
import { batchSizeFor, settingsNote, type SettledParameters } from './finetune-parameters.ts';
import { augmentationOf, networkFrom, optimizerFrom } from './parameters.ts';

export function fitSettings(params: SettledParameters, dataset: Dataset, { images, split }: TrainingData): FitSettings {
  return {
    ...params,
    batchSize: params.batchSize === 'auto' ? batchSizeFor(split.train.length) : params.batchSize,
    network: networkFrom(params),
    ...(dataset.task === 'findings' && { task: dataset.task }),
    classes: dataset.classes,
    optimizer: optimizerFrom(params),
    augmentation: augmentationOf(params.augmentation, dataset, images.size),
  };
}

/** For the file of the weights; `method` is the way of training, `epochs` their number. */
export function weightsNotes(
  params: SettledParameters,
  dataset: Dataset,
  { method, epochs }: { readonly method: string; readonly epochs: number },
): Record<string, string> {
  const { name: architecture, stem } = networkFrom(params);
  return {
    ...{ architecture, stem, method },
    dataset: dataset.name,
    classes: dataset.classes.join(','),
    epochs: String(epochs),
    settings: settingsNote(params),
  };
}
