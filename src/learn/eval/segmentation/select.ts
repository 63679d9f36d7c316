/** Chooses between trainings of one start that differ in their settings, by the validation masks alone. */
import type { SegmentationTrial, SegmentationTrials } from '../../../formats/trials.ts';
import { at } from '../../../util/known.ts';
import { endsOf, endWarning } from '../select-trial.ts';

/** The least cross entropy of the last epoch wins, the first of equals. `trials` has at least one entry. */
export function selectSegmentationTrial(seed: number, trials: readonly SegmentationTrial[]): SegmentationTrials {
  const order = trials.map((_, i) => i).sort((a, b) => at(trials, a).loss - at(trials, b).loss || a - b);
  const chosen = at(order, 0);
  const ends = endsOf(trials, chosen);
  return { seed, trials, chosen, ends, warnings: ends.map((end) => endWarning(end, trials)) };
}
