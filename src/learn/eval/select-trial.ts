/**
 * Chooses between trainings that differ in their settings, by the validation subset alone. The log loss of the last
 * epoch decides, after temperature scaling as in the report: of few images it chooses best, and AUC worst
 * (docs/adr/0007).
 */
import type { Trial, Trials, TrialScores } from '../../formats/trials.ts';
import { at } from '../../util/known.ts';
import { chooseTrial } from './choose-trial.ts';

/** Below these, what is chosen is mostly chosen by chance (docs/adr/0007). */
const FEWEST_IMAGES = 25;
const FEWEST_OF_A_CLASS = 5;
/**
 * Where the validation images are separated without error, temperature scaling brings the loss to nearly zero: below
 * this, losses are equal, and the loss before scaling decides.
 */
const LEAST_LOSS = 1e-6;

export interface TriedSettings {
  readonly params: Trial['params'];
  /** After the last epoch. */
  readonly validation: ValidationScores;
  /** Of the last epoch. */
  readonly train: Trial['train'];
}

export interface ValidationScores {
  readonly scores: TrialScores;
  readonly counts: Trials['validation'];
}

/**
 * `tried` has at least one entry; all are scored on the same images. `without` are the scores without the training that
 * is tuned, where there are any: they stand beside the trials, and are no candidate.
 */
export function selectTrial(seed: number, tried: readonly TriedSettings[], without: ValidationScores | null): Trials {
  const trials = tried.map(scored);
  const { chosen, second, ends, endWarnings } = chooseTrial(trials, compare);
  const validation = at(tried, 0).validation.counts;
  const untrained = without?.scores ?? null;
  return {
    seed,
    validation,
    trials,
    chosen,
    second,
    without: untrained,
    ends,
    warnings: [
      ...(trials.length === 1 ? [] : sizeWarnings(validation)),
      ...endWarnings,
      ...(untrained === null ? [] : untrainedWarnings(untrained, at(trials, chosen))),
    ],
  };
}

/** Negative where `a` is the better one. */
function compare(a: Trial, b: Trial): number {
  const difference = Math.max(a.scaledLoss, LEAST_LOSS) - Math.max(b.scaledLoss, LEAST_LOSS);
  return difference || (a.loss ?? Infinity) - (b.loss ?? Infinity) || 0;
}

const scored = ({ params, validation, train }: TriedSettings): Trial => ({ params, ...validation.scores, train });

function untrainedWarnings(untrained: TrialScores, best: TrialScores): string[] {
  if (untrained.scaledLoss >= best.scaledLoss) return [];
  return [
    `The start without this training has a lower validation log loss (${untrained.scaledLoss}) than the best of the ` +
      `trials (${best.scaledLoss}): the training made the features worse.`,
  ];
}

function sizeWarnings({ images, smallestClass }: Trials['validation']): string[] {
  if (images >= FEWEST_IMAGES && smallestClass >= FEWEST_OF_A_CLASS) return [];
  return [
    `The validation subset has ${images} images, and ${smallestClass} of the rarest label. At least ` +
      `${FEWEST_IMAGES} images and ${FEWEST_OF_A_CLASS} of each label are needed to choose between trials: the choice ` +
      'is mostly chance. A larger validation subset, or one value in the list, helps.',
  ];
}
