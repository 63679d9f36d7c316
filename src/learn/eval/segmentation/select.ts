/** Chooses between trainings of one start that differ in their settings, by the validation masks alone. */
import type { SegmentationTrial, SegmentationTrials } from '../../../formats/trials.ts';
import { chooseTrial } from '../choose-trial.ts';

/** The least cross entropy of the last epoch wins. `trials` has at least one entry. */
export function selectSegmentationTrial(seed: number, trials: readonly SegmentationTrial[]): SegmentationTrials {
  const { chosen, ends, endWarnings } = chooseTrial(trials, (one, other) => one.loss - other.loss);
  return { seed, trials, chosen, ends, warnings: endWarnings };
}
