/**
 * Does a network know how sure it may be? Before and after one number, the temperature, was fitted on validation
 * images.
 */
import { significant } from '../../util/number.ts';
import { orNull, roundedMeanAndSd, unweighted } from './estimates.ts';
import type { ModelEvaluation } from '../../formats/evaluation.ts';
import type { MetricName } from '../../formats/metric.ts';
import { metricsFor, type MetricList } from './metrics.ts';
import { reliabilityBins, type ReliabilityBin } from './reliability.ts';
import type { ScoredImages, ScoredPredictions } from './scored.ts';
import { fitTemperature, scaleByTemperature } from './temperature.ts';
import { at } from '../../util/known.ts';

/** The parts of a calibration that depend on the kind of labels. */
interface Calibrating<Scored> {
  readonly fit: (validation: Scored) => number;
  readonly scale: (scored: Scored, temperature: number) => Scored;
  /** `loss`, `brier` and `ece` are among them. */
  readonly metrics: MetricList<Scored, MetricName>;
  readonly bins: (bySeed: readonly Scored[]) => readonly ReliabilityBin[];
}

/** `validation` and `test`: by seed, in the same order. */
export function evaluateCalibration(
  validation: readonly ScoredPredictions[],
  test: readonly ScoredPredictions[],
): ModelEvaluation['calibration'] {
  return calibrationOf(validation, test, {
    fit: fitTemperature,
    scale: scaleByTemperature,
    metrics: metricsFor(false),
    bins: reliabilityBins,
  });
}

/** As `evaluateCalibration`, of any kind of labels. */
export function calibrationOf<Scored extends ScoredImages>(
  validation: readonly Scored[],
  test: readonly Scored[],
  { fit, scale, metrics, bins }: Calibrating<Scored>,
): ModelEvaluation['calibration'] {
  const temperatures = validation.map(fit);
  const after = test.map((scored, seed) => scale(scored, at(temperatures, seed)));
  const over = (name: MetricName, bySeed: readonly Scored[]) => {
    const { metric } = at(
      metrics.filter((each) => each.name === name),
      0,
    );
    return roundedMeanAndSd(bySeed.map((scored) => unweighted(metric, scored)));
  };
  const scoresOf = (bySeed: readonly Scored[]) => ({
    loss: over('loss', bySeed),
    brier: over('brier', bySeed),
    ece: over('ece', bySeed),
  });
  return {
    temperature: temperatures.map((temperature) => significant(temperature)),
    before: scoresOf(test),
    after: scoresOf(after),
    reliability: { before: bins(test).map(rounded), after: bins(after).map(rounded) },
  };
}

function rounded({ low, high, images, confidence, accuracy }: ReliabilityBin) {
  return {
    low: significant(low),
    high: significant(high),
    images,
    confidence: orNull(confidence),
    accuracy: orNull(accuracy),
  };
}
