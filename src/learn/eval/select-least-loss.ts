/** Chooses between trainings of one start that differ in their settings, by their validation loss alone. */
import type { SegmentationTrials, Trial } from '../../formats/trials.ts';
import { chooseTrial } from './choose-trial.ts';

interface ChosenByLoss<T> extends Pick<SegmentationTrials, 'seed' | 'chosen' | 'ends' | 'warnings'> {
  readonly trials: readonly T[];
}

/** The least loss of the last epoch wins. `trials` has at least one entry. */
export function selectLeastLoss<T extends Pick<Trial, 'params'> & { readonly loss: number }>(
  seed: number,
  trials: readonly T[],
): ChosenByLoss<T> {
  const { chosen, ends, endWarnings } = chooseTrial(trials, (one, other) => one.loss - other.loss);
  return { seed, trials, chosen, ends, warnings: endWarnings };
}
