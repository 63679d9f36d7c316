/**
 * Chooses the settings of one start: of trainings that differ in their settings, the one with the least cross entropy on
 * the validation masks. Its weights, curves and predictions are passed on, so that nothing is trained again.
 */
import { Type } from '@sinclair/typebox';
import { readSegmentationCurves } from '../src/formats/curves.ts';
import { writeChoice, writeSegmentationTrials, type SegmentationTrial } from '../src/formats/trials.ts';
import { selectSegmentationTrial } from '../src/learn/eval/segmentation/select.ts';
import { defineStage, gathered, output } from '../src/stage/index.ts';
import { at, last } from '../src/util/known.ts';
import { SEGMENTER_FILES, writeTrained } from './shared/trained.ts';
import { seedOfTrials, settingsOf } from './shared/trials.ts';

const TRIAL = { seed: Type.Number() };

export default defineStage({
  inputs: {
    /** `weights.safetensors`, `curves.json` and `predictions.safetensors` of trial, along the axes of the trials. */
    weights: gathered(TRIAL),
    curves: gathered(TRIAL),
    predictions: gathered(TRIAL),
  },
  outputs: {
    /** `choice.json`: the settings that were chosen, and nothing else. */
    choice: output,
    /** `trials.json`: every trial with its validation scores. */
    trials: output,
    /** A folder with the weights, curves and predictions of the chosen trial. */
    trained: output,
  },
  run: async ({ inputs, outputs, stage }) => {
    const tried = inputs.curves.map(async ({ path, axes }): Promise<SegmentationTrial> => {
      const { train, validation } = last((await readSegmentationCurves(path)).epochs);
      if (validation.loss === null) throw new Error(`${path}: the last epoch has no validation loss.`);
      return { params: settingsOf(axes, stage.axes), ...validation, loss: validation.loss, train };
    });
    const trials = selectSegmentationTrial(seedOfTrials(inputs.curves), await Promise.all(tried));
    for (const warning of trials.warnings) stage.warn(warning);
    const { params } = at(trials.trials, trials.chosen);
    stage.record(params);
    await writeSegmentationTrials(outputs.trials, trials);
    await writeChoice(outputs.choice, { seed: trials.seed, params });
    await writeTrained(outputs.trained, SEGMENTER_FILES, {
      weights: at(inputs.weights, trials.chosen).path,
      curves: at(inputs.curves, trials.chosen).path,
      predictions: at(inputs.predictions, trials.chosen).path,
    });
  },
});
