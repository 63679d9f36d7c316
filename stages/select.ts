/**
 * Chooses the settings of one start: of trainings that differ in their settings, the one with the least log loss on the
 * validation subset. Its weights, curves and predictions are passed on, so that nothing is trained again.
 */
import { readFinetuneCurves } from '../src/formats/curves.ts';
import { writeChoice, writeTrials } from '../src/formats/trials.ts';
import { readPredictions } from '../src/learn/eval/predictions.ts';
import { scoredSubset } from '../src/learn/eval/scored.ts';
import { selectTrial, type TriedSettings } from '../src/learn/eval/select-trial.ts';
import { defineStage, gathered, output } from '../src/stage/index.ts';
import { at, last } from '../src/util/known.ts';
import { Type } from '@sinclair/typebox';
import { FINETUNED_FILES, writeTrained } from './shared/trained.ts';
import { seedOfTrials, settingsOf } from './shared/trials.ts';

const TRIAL = { seed: Type.Number() };

export default defineStage({
  inputs: {
    /** `weights.safetensors`, `curves.json` and `predictions.csv` of trial, gathered along the axes of the trials. */
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
    const tried = inputs.predictions.map(async ({ path, axes }, i): Promise<TriedSettings> => {
      const { loss, accuracy } = last((await readFinetuneCurves(at(inputs.curves, i).path)).epochs).train;
      // Test predictions are in the file, too; they are not looked at.
      const validation = scoredSubset(await readPredictions(path), 'validation');
      return { params: settingsOf(axes, stage.axes), validation, train: { loss, accuracy } };
    });
    const trials = selectTrial(seedOfTrials(inputs.predictions), await Promise.all(tried), null);
    for (const warning of trials.warnings) stage.warn(warning);
    const { params } = at(trials.trials, trials.chosen);
    stage.record(params);
    await writeTrials(outputs.trials, trials);
    await writeChoice(outputs.choice, { seed: trials.seed, params });
    await writeTrained(outputs.trained, FINETUNED_FILES, {
      weights: at(inputs.weights, trials.chosen).path,
      curves: at(inputs.curves, trials.chosen).path,
      predictions: at(inputs.predictions, trials.chosen).path,
    });
  },
});
