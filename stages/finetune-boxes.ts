/**
 * Fine-tunes a detector whose encoder has random or given weights to the last epoch, and finds the objects of the
 * validation and the test subset once.
 */
import { writeDetectionCurves } from '../src/formats/curves.ts';
import { writeFoundObjects } from '../src/learn/eval/detection/predictions.ts';
import { initializeDetector } from '../src/learn/nn/initialize.ts';
import { fitDetector } from '../src/learn/train/fit-detector.ts';
import { defineStage, input, output } from '../src/stage/index.ts';
import { openDetectionData } from './shared/boxes.ts';
import { FinetuneParameters } from './shared/finetune-parameters.ts';
import { finetuneTask } from './shared/finetune-task.ts';
import { FINETUNE_INPUTS, FINETUNE_OUTPUTS } from './shared/finetune.ts';
import { FINETUNED_FILES } from './shared/trained.ts';

export default defineStage({
  inputs: {
    ...FINETUNE_INPUTS,
    /** `objects.json` of ingest-boxes. */
    objects: input,
  },
  params: FinetuneParameters,
  outputs: {
    ...FINETUNE_OUTPUTS,
    /** `predictions.csv`: the objects that were found, in pixels of the upright pictures. */
    predictions: output,
  },
  run: (given) =>
    finetuneTask(given, {
      task: 'detection',
      method: 'finetune-boxes',
      files: FINETUNED_FILES,
      open: (data) => openDetectionData(data, given.inputs),
      head: initializeDetector,
      fit: fitDetector,
      write: async ({ rows, predictions }, data, { classes }) => {
        await writeDetectionCurves(given.outputs.curves, { kind: 'detection', epochs: rows });
        const indices = [...data.split.validation, ...data.split.test];
        await writeFoundObjects(given.outputs.predictions, predictions(indices), { ...data, classes });
      },
    }),
});
