/**
 * Chooses the settings of one start: of trainings that differ in their settings, the one with the least log loss on the
 * validation subset. Its weights, curves and predictions are passed on, so that nothing is trained again.
 */
import { readFinetuneCurves } from '../src/formats/curves.ts';
import { writeTrials } from '../src/formats/trials.ts';
import { readPredictions } from '../src/learn/eval/predictions.ts';
import { scoredSubset } from '../src/learn/eval/scored.ts';
import { selectTrial, type TriedSettings } from '../src/learn/eval/select-trial.ts';
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
      // Test predictions are in the file, too; they are not looked at.
      const validation = scoredSubset(await readPredictions(path), 'validation');
      return { params: settingsOf(axes, stage.axes), validation, train: { loss, accuracy } };
    });
    const trials = selectTrial(seedOfTrials(inputs.predictions), await Promise.all(tried), null);
    await writeTrials(outputs.trials, trials);
    await passOnChosen(trials, FINETUNED_FILES, inputs, outputs, stage);
  },
});
