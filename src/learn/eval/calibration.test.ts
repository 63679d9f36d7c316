/**
 * Temperature against scipy's search (scripts/golden/sklearn_metrics.py), closed forms, and reliability against its
 * definition.
 */
import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { evaluateCalibration } from './calibration.ts';
import golden from './golden/metrics.json' with { type: 'json' };
import { predictionsOf } from './predictions.ts';
import { reliabilityBins } from './reliability.ts';
import { scoredSubset, type ScoredPredictions } from './scored.ts';
import { fitTemperature, scaleByTemperature } from './temperature.ts';

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

/** Labels drawn from the softmax of the logits, so that the logits are calibrated; then multiplied by `excess`. */
function drawn(excess: number, key: string): ScoredPredictions {
  const source = random('temperature test', key);
  const rows = Array.from({ length: 6000 }, () => {
    const logits = [0, 1, 2].map(() => 1.5 * source.normal());
    const softmax = (factor: number) => {
      const odds = logits.map((logit) => Math.exp(factor * logit));
      const sum = odds.reduce((a, b) => a + b);
      return odds.map((odd) => odd / sum);
    };
    const [p0, p1] = softmax(1) as [number, number, number];
    const u = source.uniform();
    return { label: u < p0 ? 0 : u < p0 + p1 ? 1 : 2, said: softmax(excess) };
  });
  return scoredOf(
    rows.map(({ label }) => label),
    rows.flatMap(({ said }) => said),
    3,
  );
}

test.each(golden)(
  "the temperature is that of scipy's search: $name",
  ({ labels, probabilities, classes, expected }) => {
    expect(fitTemperature(scoredOf(labels, probabilities, classes)) / expected.temperature).toBeCloseTo(1, 5);
  },
);

test('logits that were multiplied by 2.5 are divided by 2.5', () => {
  expect(fitTemperature(drawn(2.5, 'sure'))).toBeCloseTo(2.5, 0);
  expect(fitTemperature(drawn(0.4, 'unsure'))).toBeCloseTo(0.4, 1);
});

test('a temperature changes how sure, never which class, and 1 changes nothing', () => {
  const scored = drawn(2, 'order');
  const cooler = scaleByTemperature(scored, 3);
  for (let i = 0; i < 50; i++) {
    const row = [...cooler.probabilities.subarray(3 * i, 3 * i + 3)];
    expect(row.indexOf(Math.max(...row))).toBe(scored.predicted[i]);
    expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  }
  scaleByTemperature(scored, 1).probabilities.forEach((p, i) => {
    expect(p).toBeCloseTo(scored.probabilities[i]!, 6);
  });
});

test('all right: the lower bound; all wrong: the upper bound', () => {
  expect(fitTemperature(scoredOf([0, 1], [0.9, 0.1, 0.2, 0.8], 2))).toBe(0.01);
  expect(fitTemperature(scoredOf([0, 1], [1, 0, 0, 1], 2))).toBe(0.01);
  expect(fitTemperature(scoredOf([1, 0], [0.9, 0.1, 0.2, 0.8], 2))).toBe(100);
});

test('uniform probabilities keep the temperature 1, because none is better', () => {
  expect(fitTemperature(scoredOf([0, 1, 1], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5], 2))).toBe(1);
});

/** n images at odds of exp(log) for the predicted class, of which a share is right: T = log / logit(share). */
test.each([
  [10, 0.9],
  [30, 0.9],
  [60, 0.75],
  [90, 0.99],
])('probabilities far below 1e-7 count: log-odds %d, %d right', (log, share) => {
  const count = 400;
  const wrong = Math.round(count * (1 - share));
  const small = Math.exp(-log);
  const scored = scoredOf(
    Array.from({ length: count }, (_, i) => (i < wrong ? 1 : 0)),
    Array.from({ length: count }, () => [1 - small, small]).flat(),
    2,
  );
  expect(fitTemperature(scored)).toBeCloseTo(log / Math.log((count - wrong) / wrong), 4);
});

test('what was fitted on validation images mends overconfidence on test images', () => {
  const { temperature, before, after } = evaluateCalibration([drawn(3, 'validation')], [drawn(3, 'test')]);
  expect(temperature[0]).toBeGreaterThan(2.5);
  expect(after.ece.mean!).toBeLessThan(before.ece.mean! / 4);
  expect(after.loss.mean!).toBeLessThan(before.loss.mean!);
});

test('reliability counts every answer of every seed once, in the bin of its confidence', () => {
  const [one, other] = [drawn(1, 'one'), drawn(2, 'other')];
  const bins = reliabilityBins([one, other]);
  expect(bins.reduce((sum, { images }) => sum + images, 0)).toBe(12000);
  const low = 10 / 15;
  const members = [one, other]
    .flatMap((scored) =>
      [...scored.predicted].map((k, i) => ({ p: scored.probabilities[3 * i + k]!, right: k === scored.labels[i] })),
    )
    .filter(({ p }) => p > low && p <= 11 / 15);
  expect(bins[10]!.images).toBe(members.length);
  expect(bins[10]!.accuracy).toBeCloseTo(members.filter(({ right }) => right).length / members.length, 12);
});
