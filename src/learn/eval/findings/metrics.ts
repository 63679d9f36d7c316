/**
 * The metrics of findings. AUC and average precision are means over findings, each over the images whose label is
 * known; a finding that all or none of them have is left out (scikit-learn gives NaN). Log loss, Brier score, accuracy
 * and calibration error are means over all known labels.
 */
import type { MetricName } from '../../../formats/metric.ts';
import { binaryAuc, meanOverClasses, weightedMacroAuc } from '../auc.ts';
import { binaryAveragePrecision } from '../average-precision.ts';
import { CALIBRATION_BINS, calibrationBin } from '../calibration-error.ts';
import type { MetricList } from '../metrics.ts';
import type { Metric } from '../scored.ts';
import { forEachKnown, rankFindings, type ScoredFindings } from './scored-findings.ts';

/** As in the log loss of classes. */
const SMALLEST = Number.EPSILON;

export const findingAuc: Metric<ScoredFindings> = (scored) => {
  const sorted = rankFindings(scored);
  return (weights) => weightedMacroAuc(sorted, weights);
};

/** The mean over findings that have an AUC. */
const averagePrecision: Metric<ScoredFindings> = (scored) => {
  const sorted = rankFindings(scored);
  return (weights) =>
    meanOverClasses(sorted, weights, (ranking, own) =>
      Number.isNaN(binaryAuc(ranking, own)) ? NaN : binaryAveragePrecision(ranking, own),
    );
};

/** The binary cross entropy (`binary_cross_entropy`), in nats for each known label. */
export const findingLoss = meanOverKnown(
  (p, state) => -Math.log(Math.min(1 - SMALLEST, Math.max(SMALLEST, state === 1 ? p : 1 - p))),
);

/** The squared distance between probability and label. */
const brier = meanOverKnown((p, state) => (p - state) ** 2);

/** The share of known labels on their side of one half. */
export const findingAccuracy = meanOverKnown((p, state) => ((p >= 0.5 ? 1 : 0) === state ? 1 : 0));

/** As for classes, with the probability of the finding as confidence and its presence as the hit. */
const ece: Metric<ScoredFindings> = (scored) => {
  const answers: { image: number; bin: number; excess: number }[] = [];
  forEachKnown(scored, ({ image, p, state }) => answers.push({ image, bin: calibrationBin(p), excess: p - state }));
  return (weights) => {
    const gaps = new Float64Array(CALIBRATION_BINS);
    let total = 0;
    for (const { image, bin, excess } of answers) {
      const weight = weights[image] ?? 0;
      gaps[bin] = (gaps[bin] ?? 0) + weight * excess;
      total += weight;
    }
    return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total;
  };
};

const METRICS: readonly (readonly [MetricName, Metric<ScoredFindings>, readonly [number, number]])[] = [
  ['auc', findingAuc, [0, 1]],
  ['averagePrecision', averagePrecision, [0, 1]],
  ['accuracy', findingAccuracy, [0, 1]],
  ['loss', findingLoss, [0, Infinity]],
  ['brier', brier, [0, 1]],
  ['ece', ece, [0, 1]],
];

export const FINDING_METRICS: MetricList<ScoredFindings, MetricName> = METRICS.map(([name, metric, range]) => ({
  ...{ name, metric, range },
  interval: name !== 'ece',
}));

/** The AUC of each finding, under its name. */
export const aucByFinding = (findings: readonly string[]): MetricList<ScoredFindings> =>
  findings.map((name, k) => ({
    name,
    metric: (scored) => {
      const ranking = rankFindings(scored)[k];
      return (weights) => (ranking === undefined ? NaN : binaryAuc(ranking, weights));
    },
    range: [0, 1],
    interval: true,
  }));

/** Over the labels that are known; NaN without one. */
function meanOverKnown(valueOf: (p: number, state: 0 | 1) => number): Metric<ScoredFindings> {
  return (scored) => {
    const sums = new Float64Array(scored.labels.length);
    const known = new Float64Array(scored.labels.length);
    forEachKnown(scored, ({ image, p, state }) => {
      sums[image] = (sums[image] ?? 0) + valueOf(p, state);
      known[image] = (known[image] ?? 0) + 1;
    });
    return (weights) => {
      let [sum, total] = [0, 0];
      weights.forEach((weight, image) => {
        sum += weight * (sums[image] ?? 0);
        total += weight * (known[image] ?? 0);
      });
      return sum / total;
    };
  };
}
