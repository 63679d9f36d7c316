/** Against scikit-learn's own numbers (scripts/golden/sklearn_metrics.py), and against closed forms. */
import { METRIC_NAMES, type MetricName } from '../../formats/metric.ts';
import { expect, test } from 'vitest';
import { significant } from '../../util/number.ts';
import { random } from '../../util/random.ts';
import { CALIBRATION_BINS } from './calibration-error.ts';
import { confusionMatrix } from './confusion.ts';
import golden from './golden/metrics.json' with { type: 'json' };
import { majorityBaseline } from './majority.ts';
import { metricsFor } from './metrics.ts';
import { scoresByClass } from './per-class.ts';
import { predictionsOf } from './predictions.ts';
import { uniformWeights, scoredSubset, type ScoredPredictions } from './scored.ts';
import { meanAndSd } from './mean-and-sd.ts';

const metricNamed = (name: MetricName) => metricsFor(true).find((each) => each.name === name)!.metric;
const value = (name: MetricName, scored: ScoredPredictions) =>
  metricNamed(name)(scored)(uniformWeights(scored.labels.length));

function scoredOf(labels: readonly number[], probabilities: readonly number[], classes: number): ScoredPredictions {
  const names = Array.from({ length: classes }, (_, k) => `class ${k}`);
  const images = labels.map((label, index) => ({
    index,
    image: `${index}`,
    group: `${index}`,
    subset: 'test' as const,
    label,
  }));
  return scoredSubset(predictionsOf(names, images, Float64Array.from(probabilities)), 'test');
}

const rounded = (score: number) => significant(score, 12);

for (const { name, classes, labels, probabilities, expected } of golden) {
  const scored = scoredOf(labels, probabilities, classes);
  const compared = [
    'accuracy',
    'balancedAccuracy',
    'auc',
    'averagePrecision',
    'macroF1',
    'loss',
    'brier',
    'kappa',
  ] as const;
  test.each(compared)(`%s is scikit-learn's: ${name}`, (metric) => {
    expect(value(metric, scored)).toBeCloseTo(expected[metric], 12);
  });
  test(`confusion and per-class scores are scikit-learn's: ${name}`, () => {
    expect([...confusionMatrix(scored, uniformWeights(labels.length))]).toEqual(expected.confusion.flat());
    scoresByClass(scored).forEach((row, k) => {
      expect(row.images).toBe(expected.support[k]);
      for (const score of ['precision', 'recall', 'f1'] as const)
        expect(rounded(row[score])).toBe(rounded(expected[score][k] ?? NaN));
      expect(rounded(row.auc)).toBe(rounded(expected.aucByClass[k] ?? NaN));
      expect(rounded(row.averagePrecision)).toBe(rounded(expected.averagePrecisionByClass[k] ?? NaN));
    });
  });
}

/** The definition, one bin after the other. */
function slowCalibrationError({ labels, predicted, probabilities, classes }: ScoredPredictions): number {
  let sum = 0;
  for (let bin = 1; bin <= CALIBRATION_BINS; bin++) {
    const members = [...labels.keys()].filter((i) => {
      const p = probabilities[i * classes + predicted[i]!]!;
      return p > (bin - 1) / CALIBRATION_BINS && p <= bin / CALIBRATION_BINS;
    });
    if (members.length === 0) continue;
    const right = members.filter((i) => predicted[i] === labels[i]).length / members.length;
    const confidence =
      members.reduce((total, i) => total + probabilities[i * classes + predicted[i]!]!, 0) / members.length;
    sum += (members.length / labels.length) * Math.abs(right - confidence);
  }
  return sum;
}

test('the calibration error agrees with its definition', () => {
  for (const { labels, probabilities, classes } of golden) {
    const scored = scoredOf(labels, probabilities, classes);
    expect(value('ece', scored)).toBeCloseTo(slowCalibrationError(scored), 12);
  }
});

test('always sure and half of the time right: calibration error one half', () => {
  expect(value('ece', scoredOf([0, 1], [1, 0, 1, 0], 2))).toBe(0.5);
});

test('uniform probabilities cost ln K, and a Brier score of 1 - 1/K', () => {
  const uniform = scoredOf([0, 1, 2, 2], Array<number>(16).fill(0.25), 4);
  expect(value('loss', uniform)).toBeCloseTo(Math.log(4), 12);
  expect(value('brier', uniform)).toBeCloseTo(3 / 4, 12);
});

test('whole weights are repeated images, for every metric', () => {
  const source = random('weights test');
  for (const { labels, probabilities, classes, name: title } of golden) {
    const times = labels.map(() => source.integer(4));
    const repeated = times.flatMap((count, i) => Array<number>(count).fill(i));
    const long = scoredOf(
      repeated.map((i) => labels[i]!),
      repeated.flatMap((i) => probabilities.slice(i * classes, (i + 1) * classes)),
      classes,
    );
    for (const name of METRIC_NAMES) {
      const weighted = metricNamed(name)(scoredOf(labels, probabilities, classes))(Float64Array.from(times));
      expect(weighted, `${name}, ${title}`).toBeCloseTo(value(name, long), 10);
    }
  }
});

test('kappa belongs to ordered classes only', () => {
  expect(metricsFor(false).map(({ name }) => name)).not.toContain('kappa');
});

test('the majority predictor has the frequency of its class, chance otherwise', () => {
  const test = scoredOf([1, 1, 1, 0, 2], Array<number>(15).fill(1 / 3), 3);
  const baseline = majorityBaseline(Int32Array.of(1, 1, 0, 2), test);
  expect(value('accuracy', baseline)).toBe(3 / 5);
  expect(value('balancedAccuracy', baseline)).toBeCloseTo(1 / 3, 12);
  expect(value('auc', baseline)).toBe(0.5);
  expect(value('loss', baseline)).toBeCloseTo((3 * Math.log(2) + 2 * Math.log(4)) / 5, 12);
});

test('the spread over seeds is the sample standard deviation', () => {
  expect(meanAndSd([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ mean: 5, sd: Math.sqrt(32 / 7) });
  expect(meanAndSd([3]).sd).toBeNaN();
});
