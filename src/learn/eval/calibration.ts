/**
 * Does a network know how sure it may be? Before and after one number, the temperature, was fitted on validation
 * images.
 */
import { significant } from '../../util/number.ts';
import { brierScore } from './brier.ts';
import { expectedCalibrationError } from './calibration-error.ts';
import { orNull, roundedMeanAndSd, unweighted } from './estimates.ts';
import type { ModelEvaluation } from '../../formats/evaluation.ts';
import { logLoss } from './log-loss.ts';
import { reliabilityBins } from './reliability.ts';
import type { ScoredPredictions } from './scored.ts';
import { fitTemperature, scaleByTemperature } from './temperature.ts';
import { at } from '../../util/known.ts';

/** `validation` and `test`: by seed, in the same order. */
export function evaluateCalibration(
  validation: readonly ScoredPredictions[],
  test: readonly ScoredPredictions[],
): ModelEvaluation['calibration'] {
  const temperatures = validation.map(fitTemperature);
  const after = test.map((scored, seed) => scaleByTemperature(scored, at(temperatures, seed)));
  return {
    temperature: temperatures.map((temperature) => significant(temperature)),
    before: scoresOf(test),
    after: scoresOf(after),
    reliability: { before: binsOf(test), after: binsOf(after) },
  };
}

function scoresOf(bySeed: readonly ScoredPredictions[]) {
  const over = (metric: typeof logLoss) => roundedMeanAndSd(bySeed.map((scored) => unweighted(metric, scored)));
  return { loss: over(logLoss), brier: over(brierScore), ece: over(expectedCalibrationError) };
}

function binsOf(bySeed: readonly ScoredPredictions[]) {
  return reliabilityBins(bySeed).map(({ low, high, images, confidence, accuracy }) => ({
    low: significant(low),
    high: significant(high),
    images,
    confidence: orNull(confidence),
    accuracy: orNull(accuracy),
  }));
}
