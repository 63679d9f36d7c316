/**
 * Chooses the settings of one start: of trainings that differ in their settings, the one with the least log loss on the
 * validation subset. Its weights, curves and predictions are passed on, so that nothing is trained again.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Type } from '@sinclair/typebox';
import { readFinetuneCurves } from '../src/formats/curves.ts';
import { writeChoice, writeTrials, type Trial } from '../src/formats/trials.ts';
import { readPredictions } from '../src/learn/eval/predictions.ts';
import { scoredSubset } from '../src/learn/eval/scored.ts';
import { selectTrial, type TriedSettings } from '../src/learn/eval/select-trial.ts';
import { defineStage, gathered, output } from '../src/stage/index.ts';
import { at, last } from '../src/util/known.ts';
import { TRAINED_FILES } from './shared/trained.ts';

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
    const seeds = [...new Set(inputs.predictions.map(({ axes }) => axes.seed))];
    if (seeds.length !== 1) throw new Error(`Trials have one seed; these have ${seeds.join(', ')}.`);
    const tried = inputs.predictions.map(async ({ path: predictions, axes }, i): Promise<TriedSettings> => {
      const { epochs } = await readFinetuneCurves(at(inputs.curves, i).path);
      const { loss, accuracy } = last(epochs).train;
      return {
        params: settingsOf(axes, stage.axes),
        // Test predictions are in the file, too; they are not looked at.
        validation: scoredSubset(await readPredictions(predictions), 'validation'),
        train: { loss, accuracy },
      };
    });
    const trials = selectTrial(at(seeds, 0), await Promise.all(tried));
    for (const warning of trials.warnings) stage.warn(warning);
    const { params } = at(trials.trials, trials.chosen);
    stage.record(params);
    await writeTrials(outputs.trials, trials);
    await writeChoice(outputs.choice, { seed: trials.seed, params });
    await mkdir(outputs.trained, { recursive: true });
    for (const [name, file] of Object.entries(TRAINED_FILES)) {
      const chosen = at(inputs[name as keyof typeof TRAINED_FILES], trials.chosen).path;
      await copyFile(chosen, path.join(outputs.trained, file));
    }
  },
});

/** The axes of a trial that this stage lacks, without the seed: the settings that differ between trials. */
function settingsOf(axes: Readonly<Record<string, unknown>>, own: object): Trial['params'] {
  const settings = Object.entries(axes).filter(([name]) => name !== 'seed' && !Object.hasOwn(own, name));
  return Object.fromEntries(settings) as Trial['params'];
}
