/**
 * Against scikit-learn's LogisticRegression and KNeighborsClassifier (scripts/golden/sklearn_probes.py), and closed
 * forms.
 */
import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { macroAuc } from '../eval/auc.ts';
import { nearestNeighbors } from '../ssl/neighbors.ts';
import { fitFeatureProbe, PROBE_KINDS, standardScaler, knnProbabilities } from './feature-probe.ts';
import golden from './golden/probes.json' with { type: 'json' };
import { fitLogistic, predictLogistic } from './logistic-regression.ts';

const cases = golden.map(({ training, asked, ...rest }) => {
  const labeled = ({ features, labels }: typeof training) => ({ features: Float32Array.from(features), labels });
  return { ...rest, training: labeled(training), asked: labeled(asked) };
});

const equal = (classes: number) => Array.from({ length: classes }, () => 1);

function farthest(a: ArrayLike<number>, b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return b.reduce((most, value, i) => Math.max(most, Math.abs(value - a[i]!)), 0);
}

for (const { name, classes, width, training, asked, linear, knn } of cases) {
  test.each(Object.keys(linear) as (keyof typeof linear)[])(
    `logistic regression with the penalty %s is scikit-learn's: ${name}`,
    (l2) => {
      const standardized = standardScaler(training);
      const { weights, converged } = fitLogistic(
        { features: standardized(training.features), labels: training.labels, classWeights: equal(classes) },
        Number(l2),
      );
      expect(converged).toBe(true);
      const coefficients = Array.from({ length: classes }, (_, k) => [
        ...weights.subarray(k * (width + 1), k * (width + 1) + width),
      ]).flat();
      expect(farthest(coefficients, linear[l2].coefficients)).toBeLessThan(1e-4);
      expect(
        farthest(predictLogistic(weights, standardized(asked.features), classes), linear[l2].probabilities),
      ).toBeLessThan(1e-4);
    },
  );

  test.each(Object.keys(knn) as (keyof typeof knn)[])(`votes of the nearest %s are scikit-learn's: ${name}`, (k) => {
    const nobody = Array<number>(classes).fill(0); // scikit-learn asks no further neighbor
    expect(
      farthest(knnProbabilities(nearestNeighbors(training, asked.features, Number(k)), Number(k), nobody), knn[k]),
    ).toBeLessThan(1e-6);
  });

  test.each(PROBE_KINDS)(`%s answers with the setting of the least validation log loss: ${name}`, (kind) => {
    const fit = fitFeatureProbe(kind, training, asked, equal(classes));
    const best = fit.candidates.find(({ value }) => value === fit.chosen)!;
    expect(best.loss).toBe(Math.min(...fit.candidates.map(({ loss }) => loss)));
    const probabilities = fit.probabilities(asked.features);
    expect(macroAuc(probabilities, Int32Array.from(asked.labels), classes)).toBeCloseTo(best.auc, 5);
    for (let i = 0; i < asked.labels.length; i++)
      expect(probabilities.subarray(i * classes, (i + 1) * classes).reduce((a, b) => a + b)).toBeCloseTo(1, 10);
    expect(Math.min(...probabilities)).toBeGreaterThan(0);
    const ends = kind === 'linear' ? [fit.candidates[0]!.value, fit.candidates.at(-1)!.value] : [];
    expect(fit.warnings).toHaveLength(ends.includes(fit.chosen) ? 1 : 0);
  });
}

test('an endless penalty leaves the class frequencies, and none of it separates what can be separated', () => {
  const data = { features: Float64Array.of(-2, -1, 1), labels: [0, 0, 1], classWeights: [1, 1] };
  const indifferent = predictLogistic(fitLogistic(data, 1e9).weights, Float64Array.of(-5, 5), 2);
  for (const [i, p] of [2 / 3, 1 / 3, 2 / 3, 1 / 3].entries()) expect(indifferent[i]).toBeCloseTo(p, 5);
  const [left, , , right] = predictLogistic(fitLogistic(data, 1e-4).weights, Float64Array.of(-1, 1), 2);
  expect(Math.min(left!, right!)).toBeGreaterThan(0.98);
});

test('a class weight of two counts as its images twice', () => {
  const features = Float64Array.of(-2, -1, 1);
  const weighted = fitLogistic({ features, labels: [0, 0, 1], classWeights: [1, 2] }, 0.1);
  const twice = fitLogistic(
    { features: Float64Array.of(-2, -1, 1, 1), labels: [0, 0, 1, 1], classWeights: [1, 1] },
    0.1,
  );
  expect(farthest(weighted.weights, [...twice.weights])).toBeLessThan(1e-5);
});

test('with balanced weights an endless penalty and any number of neighbors know no class frequency', () => {
  const training = { features: Float32Array.of(1, 0, 1, 0.1, 1, -0.1, 0, 1), labels: [0, 0, 0, 1] };
  const half = [2 / 3, 2];
  const knn = fitFeatureProbe('knn', training, { ...training }, half);
  const [p] = knn.probabilities(Float32Array.of(1, 0));
  expect(p).toBeGreaterThan(0.5);
  const indifferent = fitLogistic(
    { features: Float64Array.from(training.features), labels: training.labels, classWeights: half },
    1e9,
  );
  for (const share of predictLogistic(indifferent.weights, Float64Array.of(3, -1), 2))
    expect(share).toBeCloseTo(0.5, 5);
});

test('two classes in one feature solve the equation of the penalized likelihood', () => {
  // The two images mirror each other, so the biases are equal and the weights w and -w; the loss ln(1 + exp(-2 w)) + l2
  // w^2 has no slope there.
  const l2 = 0.3;
  const { weights } = fitLogistic({ features: Float64Array.of(-1, 1), labels: [0, 1], classWeights: [1, 1] }, l2);
  const w = weights[2]!;
  expect(weights[0]).toBeCloseTo(-w, 6);
  expect(l2 * w).toBeCloseTo(1 / (1 + Math.exp(2 * w)), 5);
});

test('the nearest are those of a full sort, of equally near ones the first', () => {
  const source = random('neighbours test');
  const draw = (rows: number) => Float32Array.from({ length: 3 * rows }, () => source.integer(3) - 1);
  const bank = { features: draw(40), labels: Array.from({ length: 40 }, (_, i) => i) };
  const queries = draw(15);
  const unit = (rows: Float32Array, i: number) => {
    const row = [...rows.subarray(3 * i, 3 * i + 3)];
    const norm = Math.hypot(...row) || 1;
    return row.map((x) => Math.fround(x / norm));
  };
  nearestNeighbors(bank, queries, 7).forEach(({ labels }, q) => {
    const cosines = bank.labels.map((row) =>
      unit(bank.features, row).reduce((sum, x, d) => sum + x * unit(queries, q)[d]!, 0),
    );
    const sorted = [...bank.labels].sort((a, b) =>
      Math.abs(cosines[b]! - cosines[a]!) > 1e-9 ? cosines[b]! - cosines[a]! : a - b,
    );
    expect(labels).toEqual(sorted.slice(0, 7));
  });
  expect(nearestNeighbors(bank, queries, 100)[0]!.labels).toHaveLength(40);
});
