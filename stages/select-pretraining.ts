/**
 * Chooses the settings of one pre-training: of pre-trainings that differ in their settings, the one whose frozen
 * features a linear probe classifies with the least log loss on the validation subset. Its files are passed on, so that
 * nothing is trained again. The probe of the start without pre-training stands beside the trials; it is no candidate.
 */
import { readPretrainCurves } from '../src/formats/curves.ts';
import { writeTrials } from '../src/formats/trials.ts';
import { readAnyPredictions } from '../src/learn/eval/findings/predictions.ts';
import { selectTrial, type TriedSettings } from '../src/learn/eval/select-trial.ts';
import { validationScores } from '../src/learn/eval/validation-scores.ts';
import { defineStage, gathered, input } from '../src/stage/index.ts';
import { at, last } from '../src/util/known.ts';
import { PRETRAINED_FILES } from './shared/trained.ts';
import { passOnChosen, seedOfTrials, SELECT_OUTPUTS, settingsOf, TRIAL } from './shared/trials.ts';

export default defineStage({
  inputs: {
    /** `weights.safetensors`, `curves.json` and `pairs.png` of pre-trainings, gathered along the axes of the trials. */
    weights: gathered(TRIAL),
    curves: gathered(TRIAL),
    pairs: gathered(TRIAL),
    /** `predictions.csv` of a linear probe on each of them, along the same axes. */
    predictions: gathered(TRIAL),
    /** `predictions.csv` of a linear probe on the start without pre-training. */
    without: input,
  },
  outputs: SELECT_OUTPUTS,
  run: async ({ inputs, outputs, stage }) => {
    const validationOf = async (path: string) => validationScores(await readAnyPredictions(path));
    const tried = inputs.predictions.map(async ({ path, axes }, i): Promise<TriedSettings> => {
      const { loss } = last((await readPretrainCurves(at(inputs.curves, i).path)).epochs);
      return {
        params: settingsOf(axes, stage.axes),
        validation: await validationOf(path),
        train: { loss, accuracy: null },
      };
    });
    const without = await validationOf(inputs.without);
    const trials = selectTrial(seedOfTrials(inputs.predictions), await Promise.all(tried), without);
    await writeTrials(outputs.trials, trials);
    await passOnChosen(trials, PRETRAINED_FILES, inputs, outputs, stage);
  },
});
