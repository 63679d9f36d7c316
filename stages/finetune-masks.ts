/**
 * Fine-tunes a U-Net whose encoder has random or given weights to the last epoch, and predicts the masks of the
 * validation and the test subset once.
 */
import { writeSegmentationCurves } from '../src/formats/curves.ts';
import { DatasetError } from '../src/learn/dataset/error.ts';
import { openPackedMasks } from '../src/learn/dataset/packed-masks.ts';
import { writeMaskPredictions } from '../src/learn/eval/segmentation/predictions.ts';
import { initializeUnetDecoder } from '../src/learn/nn/initialize.ts';
import type { TrainingData } from '../src/learn/train/data.ts';
import { fitSegmenter, type SegmentationData } from '../src/learn/train/fit-segmenter.ts';
import { defineStage, input, output } from '../src/stage/index.ts';
import { FinetuneParameters } from './shared/finetune-parameters.ts';
import { finetuneTask } from './shared/finetune-task.ts';
import { FINETUNE_INPUTS, FINETUNE_OUTPUTS } from './shared/finetune.ts';
import { SEGMENTER_FILES } from './shared/trained.ts';

export default defineStage({
  inputs: {
    ...FINETUNE_INPUTS,
    /** `masks.safetensors` of ingest-masks. */
    masks: input,
  },
  params: FinetuneParameters,
  outputs: {
    ...FINETUNE_OUTPUTS,
    /** `predictions.safetensors`: the probabilities of each class for every pixel, at training size. */
    predictions: output,
  },
  run: (given) =>
    finetuneTask(given, {
      task: 'segmentation',
      method: 'finetune-masks',
      files: SEGMENTER_FILES,
      open: (data) => withMasks(data, given.inputs),
      head: initializeUnetDecoder,
      fit: fitSegmenter,
      write: async ({ rows, predictions }, { images, split }, { classes }) => {
        await writeSegmentationCurves(given.outputs.curves, { kind: 'segmentation', epochs: rows });
        const indices = [...split.validation, ...split.test];
        const shape = { indices, side: images.size, classes: classes.length };
        await writeMaskPredictions(given.outputs.predictions, predictions(indices), shape);
      },
    }),
});

async function withMasks(
  data: TrainingData,
  paths: { readonly images: string; readonly masks: string },
): Promise<SegmentationData> {
  const masks = await openPackedMasks(paths.masks);
  if (masks.count !== data.images.count || masks.size !== data.images.size)
    throw new DatasetError(
      `${paths.masks} has ${masks.count} masks of ${masks.size} px, but ${paths.images} has ${data.images.count} images ` +
        `of ${data.images.size} px; both must come from one ingest.`,
    );
  return { ...data, masks };
}
