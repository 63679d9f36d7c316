import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { accuracyMetric } from './accuracy.ts';
import { drawResamples } from './bootstrap.ts';
import { contrastsOf, evaluateContrasts } from './contrasts.ts';
import { holmAdjusted } from './interval.ts';
import { metricsFor } from './metrics.ts';
import type { ScoredPredictions } from './scored.ts';
import { uncertaintiesOf } from './uncertainty.ts';

const cell = (start: string, pretraining: string) => ({ model: `${start} + ${pretraining}`, start, pretraining });
const GRID = ['random', 'ImageNet', 'RadImageNet'].flatMap((start) =>
  ['none', 'longer', 'simclr'].map((pretraining) => cell(start, pretraining)),
);

test('without a declaration: pre-training against none and longer, starts against the first within none', () => {
  expect(contrastsOf(GRID, {})).toEqual([
    ['random + longer', 'random + none'],
    ['random + simclr', 'random + none'],
    ['random + simclr', 'random + longer'],
    ['ImageNet + none', 'random + none'],
    ['ImageNet + longer', 'ImageNet + none'],
    ['ImageNet + simclr', 'ImageNet + none'],
    ['ImageNet + simclr', 'ImageNet + longer'],
    ['RadImageNet + none', 'random + none'],
    ['RadImageNet + longer', 'RadImageNet + none'],
    ['RadImageNet + simclr', 'RadImageNet + none'],
    ['RadImageNet + simclr', 'RadImageNet + longer'],
  ]);
});

test('another baseline: starts are compared with its start', () => {
  const starts = contrastsOf(GRID, { baseline: 'ImageNet + simclr' }).filter(([, against]) => against.endsWith('none'));
  expect(starts).toContainEqual(['random + none', 'ImageNet + none']);
  expect(starts).toContainEqual(['RadImageNet + none', 'ImageNet + none']);
  expect(starts).not.toContainEqual(['ImageNet + none', 'random + none']);
});

test('declared contrasts are taken as they are, and one cell alone has none', () => {
  expect(contrastsOf(GRID, { contrasts: [['random + none', 'ImageNet + simclr']] })).toEqual([
    ['random + none', 'ImageNet + simclr'],
  ]);
  expect(contrastsOf(GRID.slice(0, 1), {})).toEqual([]);
});

test.each([[{ baseline: 'M9' }], [{ contrasts: [['M9', 'random + none'] as const] }]])(
  'an unknown model is refused with the known ones: %j',
  (declared) => {
    expect(() => contrastsOf(GRID.slice(0, 2), declared)).toThrow(
      'contrasts: there is no model "M9"; the models are random + none, random + longer.',
    );
  },
);

const IMAGES = 150;

/** Right with this probability, in six trainings. */
function trainings(rate: number, key: string): ScoredPredictions[] {
  return [0, 1, 2, 3, 4, 5].map((seed) => {
    const source = random('contrasts', key, seed);
    return {
      classes: 2,
      labels: new Int32Array(IMAGES),
      predicted: Int32Array.from({ length: IMAGES }, () => (source.uniform() < rate ? 0 : 1)),
      probabilities: new Float64Array(2 * IMAGES).fill(0.5),
    };
  });
}

const RATES = { M1: 0.6, M2: 0.72, M3: 0.61, M4: 0.8 };
const resamples = drawResamples(IMAGES, { resamples: 1999, level: 0.95, seed: 0 });
const groupOf = Int32Array.from({ length: IMAGES }, (_, i) => i);
const uncertainties = new Map(
  Object.entries(RATES).map(([model, rate]) => [
    model,
    uncertaintiesOf([accuracyMetric], trainings(rate, model), groupOf, resamples),
  ]),
);
const accuracy = metricsFor(false).filter(({ name }) => name === 'accuracy');
const CONTRASTS = [
  ['M2', 'M1'],
  ['M3', 'M1'],
  ['M4', 'M3'],
] as const;
const evaluated = evaluateContrasts(CONTRASTS, uncertainties, accuracy, 0.95).map(({ metrics }) => metrics.accuracy!);

test('p-values are adjusted by Holm over all contrasts of the metric', () => {
  expect(evaluated.map(({ adjusted }) => adjusted)).toEqual(
    holmAdjusted(evaluated.map(({ p }) => p!)).map((p) => Number(p.toPrecision(6))),
  );
  expect(evaluated[2]!.adjusted!).toBeLessThan(0.05);
  expect(evaluated[1]!.p!).toBeGreaterThan(0.1);
});

test('simultaneous intervals hold the plain ones, which exclude 0 exactly where p is at most .05', () => {
  for (const { low, high, p, simultaneous } of evaluated) {
    expect(simultaneous.low!).toBeLessThan(low!);
    expect(simultaneous.high!).toBeGreaterThan(high!);
    expect(p! <= 0.05).toBe(low! > 0 || high! < 0);
  }
});

test('one contrast needs no adjustment', () => {
  const [only] = evaluateContrasts([['M2', 'M1']], uncertainties, accuracy, 0.95);
  const { p, adjusted, low, high, simultaneous } = only!.metrics.accuracy!;
  expect(adjusted).toBe(p);
  expect(simultaneous.low).toBeCloseTo(low!, 5);
  expect(simultaneous.high).toBeCloseTo(high!, 5);
});

test('another family gives another adjustment, the same plain interval', () => {
  const more = evaluateContrasts([...CONTRASTS, ['M4', 'M1']], uncertainties, accuracy, 0.95)[0]!.metrics.accuracy!;
  expect(more).toMatchObject({ low: evaluated[0]!.low, high: evaluated[0]!.high, p: evaluated[0]!.p });
  expect(more.simultaneous.low!).toBeLessThan(evaluated[0]!.simultaneous.low!);
});
