/** Does a network know how sure it may be? Before and after one number, the temperature, was fitted on validation images. */
import { significant } from '../../util/number.ts';
import { brier } from './brier.ts';
import { calibrationError } from './calibration-error.ts';
import { orNull, spread, unweighted } from './estimates.ts';
import type { ModelEvaluation } from './evaluation.ts';
import { logLoss } from './log-loss.ts';
import { reliability } from './reliability.ts';
import type { Scored } from './scored.ts';
import { fitTemperature, tempered } from './temperature.ts';

/** `validation` and `test`: by seed, in the same order. */
export function calibrationOf(validation: readonly Scored[], test: readonly Scored[]): ModelEvaluation['calibration'] {
  const temperatures = validation.map(fitTemperature);
  const after = test.map((scored, seed) => tempered(scored, temperatures[seed]!));
  return {
    temperature: temperatures.map((temperature) => significant(temperature)),
    before: scoresOf(test),
    after: scoresOf(after),
    reliability: { before: binsOf(test), after: binsOf(after) },
  };
}

function scoresOf(bySeed: readonly Scored[]) {
  const over = (metric: typeof logLoss) => spread(bySeed.map((scored) => unweighted(metric, scored)));
  return { loss: over(logLoss), brier: over(brier), ece: over(calibrationError) };
}

function binsOf(bySeed: readonly Scored[]) {
  return reliability(bySeed).map(({ low, high, images, confidence, accuracy }) => ({
    low: significant(low),
    high: significant(high),
    images,
    confidence: orNull(confidence),
    accuracy: orNull(accuracy),
  }));
}
