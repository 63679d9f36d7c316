/**
 * Chooses the settings of one start: of trainings that differ in their settings, the one with the least log loss on the
 * validation subset. Its weights, curves and predictions are passed on, so that nothing is trained again.
 */
import { readFinetuneCurves } from '../src/formats/curves.ts';
import { writeTrials } from '../src/formats/trials.ts';
import { readAnyPredictions } from '../src/learn/eval/findings/predictions.ts';
import { selectTrial, type TriedSettings } from '../src/learn/eval/select-trial.ts';
import { validationScores } from '../src/learn/eval/validation-scores.ts';
import { defineStage, gathered } from '../src/stage/index.ts';
import { at, last } from '../src/util/known.ts';
import { FINETUNED_FILES } from './shared/trained.ts';
import { passOnChosen, seedOfTrials, SELECT_OUTPUTS, settingsOf, TRIAL } from './shared/trials.ts';

export default defineStage({
  inputs: {
    /** `weights.safetensors`, `curves.json` and `predictions.csv` of trial, gathered along the axes of the trials. */
    weights: gathered(TRIAL),
    curves: gathered(TRIAL),
    predictions: gathered(TRIAL),
  },
  outputs: SELECT_OUTPUTS,
  run: async ({ inputs, outputs, stage }) => {
    const tried = inputs.predictions.map(async ({ path, axes }, i): Promise<TriedSettings> => {
      const { loss, accuracy } = last((await readFinetuneCurves(at(inputs.curves, i).path)).epochs).train;
      const validation = validationScores(await readAnyPredictions(path));
      return { params: settingsOf(axes, stage.axes), validation, train: { loss, accuracy } };
    });
    const trials = selectTrial(seedOfTrials(inputs.predictions), await Promise.all(tried), null);
    await writeTrials(outputs.trials, trials);
    await passOnChosen(trials, FINETUNED_FILES, inputs, outputs, stage);
  },
});
