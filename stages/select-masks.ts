/**
 * Chooses the settings of one start: of trainings that differ in their settings, the one with the least cross entropy
 * on the validation masks. Its weights, curves and predictions are passed on, so that nothing is trained again.
 */
import { readSegmentationCurves } from '../src/formats/curves.ts';
import { writeSegmentationTrials, type SegmentationTrial } from '../src/formats/trials.ts';
import { selectSegmentationTrial } from '../src/learn/eval/segmentation/select.ts';
import { defineStage, gathered } from '../src/stage/index.ts';
import { last } from '../src/util/known.ts';
import { SEGMENTER_FILES } from './shared/trained.ts';
import { passOnChosen, seedOfTrials, SELECT_OUTPUTS, settingsOf, TRIAL } from './shared/trials.ts';

export default defineStage({
  inputs: {
    /** `weights.safetensors`, `curves.json` and `predictions.safetensors` of trial, along the axes of the trials. */
    weights: gathered(TRIAL),
    curves: gathered(TRIAL),
    predictions: gathered(TRIAL),
  },
  outputs: SELECT_OUTPUTS,
  run: async ({ inputs, outputs, stage }) => {
    const tried = inputs.curves.map(async ({ path, axes }): Promise<SegmentationTrial> => {
      const { train, validation } = last((await readSegmentationCurves(path)).epochs);
      if (validation.loss === null) throw new Error(`${path}: the last epoch has no validation loss.`);
      return { params: settingsOf(axes, stage.axes), ...validation, loss: validation.loss, train };
    });
    const trials = selectSegmentationTrial(seedOfTrials(inputs.curves), await Promise.all(tried));
    await writeSegmentationTrials(outputs.trials, trials);
    await passOnChosen(trials, SEGMENTER_FILES, inputs, outputs, stage);
  },
});
