/** The metrics by name, in the order in which tables show them. Definitions follow scikit-learn if it has them. */
import { METRIC_NAMES, type MetricName } from '../../formats/metric.ts';
import { accuracyMetric } from './accuracy.ts';
import { rankings, weightedMacroAuc } from './auc.ts';
import { averagePrecision } from './average-precision.ts';
import { balancedAccuracy } from './balanced-accuracy.ts';
import { brierScore } from './brier.ts';
import type { ConfidenceInterval } from './bootstrap.ts';
import { expectedCalibrationError } from './calibration-error.ts';
import { quadraticWeightedKappa } from './kappa.ts';
import { logLoss } from './log-loss.ts';
import { macroF1 } from './macro-f1.ts';
import { overconfidence } from './overconfidence.ts';
import type { Metric, ScoredPredictions } from './scored.ts';

const areaUnderCurve: Metric = ({ probabilities, labels, classes }) => {
  const sorted = rankings(probabilities, labels, classes);
  return (weights) => weightedMacroAuc(sorted, weights);
};

const METRICS = {
  accuracy: accuracyMetric,
  balancedAccuracy,
  auc: areaUnderCurve,
  averagePrecision,
  macroF1,
  loss: logLoss,
  brier: brierScore,
  ece: expectedCalibrationError,
  overconfidence,
  kappa: quadraticWeightedKappa,
} as const satisfies Record<MetricName, Metric>;

/** The range of a metric; [0, 1] if it is not listed. */
const RANGES: Partial<Record<MetricName, ConfidenceInterval>> = {
  loss: [0, Infinity],
  brier: [0, 2],
  overconfidence: [-1, 1],
  kappa: [-1, 1],
};

export type NamedMetrics = MetricList<ScoredPredictions, MetricName>;

/** Metrics of other answers than classes have other names. */
export type MetricList<Scored, Name extends string = string> = readonly {
  readonly name: Name;
  readonly metric: Metric<Scored>;
  readonly range: ConfidenceInterval;
  /** False for a biased estimate: resampling doubles the bias, so that no interval holds the truth. */
  readonly interval: boolean;
}[];

/** Kappa needs classes that have an order. */
export function metricsFor(ordinal: boolean): NamedMetrics {
  return METRIC_NAMES.filter((name) => ordinal || name !== 'kappa').map((name) => ({
    name,
    metric: METRICS[name],
    range: RANGES[name] ?? [0, 1],
    interval: name !== 'ece',
  }));
}
