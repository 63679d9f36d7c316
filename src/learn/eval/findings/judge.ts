/** Judges findings, of which an image may have several. */
import type { ModelEvaluation } from '../../../formats/evaluation.ts';
import { at } from '../../../util/known.ts';
import { binaryAuc } from '../auc.ts';
import { binaryAveragePrecision } from '../average-precision.ts';
import { drawnCurves } from '../class-judge.ts';
import { curvesOf } from '../curves.ts';
import { intervalBounds, orNull } from '../estimates.ts';
import type { Judge, ModelAnswers } from '../judge.ts';
import { meanAndSd } from '../mean-and-sd.ts';
import { uniformWeights } from '../scored.ts';
import { calibrateFindings } from './calibration.ts';
import { aucByFinding, FINDING_METRICS } from './metrics.ts';
import type { FindingPredictions } from './predictions.ts';
import { forEachKnown, rankFindings, scoredFindings, type ScoredFindings } from './scored-findings.ts';

export const FINDING_JUDGE: Judge<FindingPredictions, ScoredFindings> = {
  task: 'findings',
  metrics: FINDING_METRICS,
  scored: scoredFindings,
  isOf: (label, k) => label[k] === 1,
  needed: (labels, k) => [1, 0].map((state) => labels.flatMap((label, image) => (label[k] === state ? [image] : []))),
  byClass: aucByFinding,
  baseline: (training, test) => ({ test: frequencies(training, test), predicted: null }),
  details: (model) => ({
    confusion: [],
    byClass: scoresByFinding(model),
    calibration: calibrateFindings(model.validation, model.tests),
    curves: drawnCurves(model.classes, rankFindings(joined(model.tests)).map(curvesOf)),
  }),
};

/** For every image, the share of known training labels that have each finding; one half where none is known. */
function frequencies(training: ScoredFindings, test: ScoredFindings): ScoredFindings {
  const counts = Array.from({ length: test.classes }, () => ({ present: 0, known: 0 }));
  forEachKnown(training, ({ finding, state }) => {
    const count = at(counts, finding);
    count.present += state;
    count.known++;
  });
  const shares = counts.map(({ present, known }) => (known === 0 ? 0.5 : present / known));
  return { ...test, probabilities: test.probabilities.map((_, i) => at(shares, i % test.classes)) };
}

/** The answers of all seeds, ranked together. */
function joined(tests: readonly ScoredFindings[]): ScoredFindings {
  return {
    classes: at(tests, 0).classes,
    labels: tests.flatMap(({ labels }) => labels),
    probabilities: Float64Array.from(tests.flatMap(({ probabilities }) => [...probabilities])),
  };
}

function scoresByFinding({
  classes,
  tests,
  uncertainties,
  level,
}: ModelAnswers<ScoredFindings>): ModelEvaluation['byClass'] {
  const rankings = tests.map(rankFindings);
  const counts = tests.map(countAnswers);
  const weights = uniformWeights(at(tests, 0).labels.length);
  const named = aucByFinding(classes);
  return classes.map((name, k) => {
    const mean = (valueOf: (seed: number) => number) => orNull(meanAndSd(tests.map((_, seed) => valueOf(seed))).mean);
    const count = (seed: number) => at(at(counts, seed), k);
    const { low, high } = intervalBounds(at(named, k), at(uncertainties, k), level);
    const auc = (seed: number) => binaryAuc(at(at(rankings, seed), k), weights);
    return {
      class: name,
      images: count(0).present,
      known: count(0).known,
      precision: mean((seed) => count(seed).hits / count(seed).predicted),
      recall: mean((seed) => count(seed).hits / count(seed).present),
      f1: mean((seed) => (2 * count(seed).hits) / (count(seed).present + count(seed).predicted)),
      auc: mean(auc),
      aucLow: low,
      aucHigh: high,
      averagePrecision: mean((seed) => binaryAveragePrecision(at(at(rankings, seed), k), weights)),
    };
  });
}

/** By finding, over the images whose label is known; predicted are probabilities of one half and more. */
function countAnswers(scored: ScoredFindings) {
  const counts = Array.from({ length: scored.classes }, () => ({ known: 0, present: 0, predicted: 0, hits: 0 }));
  forEachKnown(scored, ({ finding, p, state }) => {
    const count = at(counts, finding);
    count.known++;
    count.present += state;
    if (p >= 0.5) count.predicted++;
    if (p >= 0.5 && state === 1) count.hits++;
  });
  return counts;
}
