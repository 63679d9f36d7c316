/** The scores by which trials are compared, from the predictions of the validation subset. */
import { significant } from '../../util/number.ts';
import { accuracyMetric } from './accuracy.ts';
import { macroAuc } from './auc.ts';
import { orNull, unweighted } from './estimates.ts';
import { fitFindingTemperature, scaleFindings } from './findings/calibration.ts';
import { findingAccuracy, findingAuc, findingLoss } from './findings/metrics.ts';
import type { AnyPredictions } from './findings/predictions.ts';
import { scoredFindings, type ScoredFindings } from './findings/scored-findings.ts';
import { logLoss } from './log-loss.ts';
import { scoredSubset, type Metric, type ScoredImages, type ScoredPredictions } from './scored.ts';
import type { ValidationScores } from './select-trial.ts';
import { fitTemperature, scaleByTemperature } from './temperature.ts';

/** Test predictions are in the file, too; they are not looked at. */
export function validationScores(answers: AnyPredictions): ValidationScores {
  return answers.task === 'findings'
    ? scoresOfFindings(scoredFindings(answers.predictions, 'validation'))
    : scoresOfClasses(scoredSubset(answers.predictions, 'validation'));
}

export function scoresOfClasses(validation: ScoredPredictions): ValidationScores {
  const { classes, labels } = validation;
  const counts = Array.from({ length: classes }, (_, k) => labels.filter((label) => label === k).length);
  const temperature = fitTemperature(validation);
  return {
    scores: scored(validation, scaleByTemperature(validation, temperature), temperature, {
      loss: logLoss,
      accuracy: accuracyMetric,
      auc:
        ({ probabilities, labels, classes }) =>
        () =>
          macroAuc(probabilities, labels, classes),
    }),
    counts: { images: labels.length, smallestClass: Math.min(...counts) },
  };
}

export function scoresOfFindings(validation: ScoredFindings): ValidationScores {
  const { classes, labels } = validation;
  const counts = Array.from({ length: classes }, (_, k) =>
    [0, 1].map((state) => labels.filter((states) => states[k] === state).length),
  ).flat();
  const temperature = fitFindingTemperature(validation);
  return {
    scores: scored(validation, scaleFindings(validation, temperature), temperature, {
      loss: findingLoss,
      accuracy: findingAccuracy,
      auc: findingAuc,
    }),
    counts: { images: labels.length, smallestClass: Math.min(...counts) },
  };
}

interface TrialMetrics<Scored> {
  readonly loss: Metric<Scored>;
  readonly accuracy: Metric<Scored>;
  readonly auc: Metric<Scored>;
}

function scored<Scored extends ScoredImages>(
  validation: Scored,
  scaled: Scored,
  temperature: number,
  { loss, accuracy, auc }: TrialMetrics<Scored>,
): ValidationScores['scores'] {
  return {
    loss: orNull(unweighted(loss, validation)),
    scaledLoss: significant(unweighted(loss, scaled)),
    temperature: significant(temperature),
    accuracy: orNull(unweighted(accuracy, validation)),
    auc: orNull(unweighted(auc, validation)),
  };
}
