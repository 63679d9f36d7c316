import type { EvaluatedContrast, Evaluation, ModelDifference } from '../formats/evaluation.ts';
import { expect, test } from 'vitest';
import { cannotTell, differenceOf } from './difference.ts';
import { datasetFixture, gridCells } from './study.test-support.ts';
import type { DatasetResults } from './study.ts';
import { verdictOf } from './verdict.ts';

/** Two or four models with the given means, and differences with the given half-width of interval. */
function results(
  means: Readonly<Record<string, number>>,
  halfWidth: number,
  metric = 'accuracy',
  factor = 1,
): DatasetResults {
  const base = datasetFixture('phantom', 'Phantoms', ['a', 'b']);
  const models = Object.entries(means).map(([model, mean]) => {
    const template = base.evaluation.models.find((each) => each.model === model)!;
    return {
      ...template,
      model,
      summary: {
        ...template.summary,
        test: { [metric]: { mean, sd: 0.01, low: mean - halfWidth, high: mean + halfWidth } },
      },
    };
  });
  const differences: ModelDifference[] = models.flatMap(({ model }, i) =>
    models.slice(0, i).map(({ model: against }) => {
      const mean = means[model]! - means[against]!;
      return { model, against, metrics: { [metric]: { mean, low: mean - halfWidth, high: mean + halfWidth } } };
    }),
  );
  const asked = [
    ['M2', 'M1'],
    ['M3', 'M1'],
    ['M4', 'M3'],
  ] as const;
  const contrasts: EvaluatedContrast[] = asked.flatMap(([model, against]) => {
    const difference = differences.find((pair) => pair.model === model && pair.against === against)?.metrics[metric];
    if (difference === undefined) return [];
    const p = difference.low! > 0 || difference.high! < 0 ? 0.01 : 0.3;
    const simultaneous = { low: difference.low, high: difference.high };
    return [{ model, against, metrics: { [metric]: { ...difference, p, adjusted: p * factor, simultaneous } } }];
  });
  const evaluation: Evaluation = { ...base.evaluation, metrics: [metric], models, differences, contrasts };
  return { ...base, evaluation };
}

test('a lead whose interval excludes 0 is called a lead', () => {
  const { best, effect } = verdictOf(results({ M1: 0.7, M2: 0.8 }, 0.05), 'accuracy');
  expect(best).toBe(
    'M2 (random + SimCLR) has the highest test accuracy, 0.800, ahead of the next, M1 (random), by 0.100 [0.050, 0.150].',
  );
  expect(effect).toBe(
    'Pre-training on the same images, against none: SimCLR from random improves accuracy (+0.100 [+0.050, +0.150], ' +
      'M2 − M1).',
  );
});

test('a lead whose interval includes 0: we cannot tell', () => {
  const { best, effect } = verdictOf(results({ M1: 0.7, M2: 0.73, M3: 0.5, M4: 0.55 }, 0.05), 'accuracy');
  expect(best).toBe(
    'M2 (random + SimCLR) has the highest test accuracy, 0.730, but whether it is better than M1 (random) we cannot ' +
      'tell: the interval of the difference includes 0. It is better than M4 (fractal + SimCLR) and M3 (fractal).',
  );
  expect(effect).toContain(
    'SimCLR from random makes no difference that we can tell (+0.030 [−0.020, +0.080], M2 − M1)',
  );
});

test('a difference without an interval is open because too few test images decide it', () => {
  const dataset = results({ M1: 0.7, M2: 0.8 }, 0.05);
  const [pair] = dataset.evaluation.differences;
  const metrics = { accuracy: { mean: 0.1, low: null, high: null } };
  const { best } = verdictOf(
    { ...dataset, evaluation: { ...dataset.evaluation, differences: [{ ...pair!, metrics }] } },
    'accuracy',
  );
  expect(best).toContain(
    'we cannot tell: the interval of the difference includes 0, or too few test images decide it.',
  );
});

test('of losses the lowest is best, and a higher one is worse', () => {
  const { best, effect } = verdictOf(results({ M1: 0.4, M2: 0.9 }, 0.1, 'loss'), 'loss');
  expect(best).toBe(
    'M1 (random) has the lowest test loss, 0.400, ahead of the next, M2 (random + SimCLR), by 0.500 [0.400, 0.600].',
  );
  expect(effect).toContain('worsens loss');
});

test('starts are compared without pre-training, in a sentence of their own', () => {
  const { effect } = verdictOf(results({ M1: 0.7, M2: 0.8, M3: 0.9, M4: 0.9 }, 0.05), 'accuracy');
  expect(effect).toContain('Starts without pre-training: fractal, not random improves accuracy (+0.200');
});

test('a difference that the adjustment takes away is said to be one by itself', () => {
  const { effect } = verdictOf(results({ M1: 0.7, M2: 0.8 }, 0.05, 'accuracy', 10), 'accuracy');
  expect(effect).toContain('improves accuracy by itself, but not after the adjustment for all differences');
});

test('many differences are grouped by their effect, without numbers', () => {
  const grid = gridCells(['random', 'ImageNet', 'RadImageNet', 'moco', 'mine'], ['none', 'longer', 'simclr']);
  const { effect } = verdictOf(datasetFixture('phantom', 'Phantoms', ['a', 'b'], grid), 'accuracy');
  expect(effect).toMatch(/^Pre-training on the same images, against none: .*improves accuracy: .*worsens accuracy: /);
  expect(effect).not.toMatch(/\d\.\d/);
  expect(effect).toContain('SimCLR from ImageNet');
});

test('a difference read the other way round has its sign and its ends exchanged', () => {
  const { evaluation } = results({ M1: 0.7, M2: 0.8 }, 0.05);
  const reversed = differenceOf(evaluation, 'M1', 'M2', 'accuracy')!;
  expect(reversed.mean).toBeCloseTo(-0.1, 12);
  expect(reversed.low).toBeCloseTo(-0.15, 12);
  expect(reversed.high).toBeCloseTo(-0.05, 12);
  expect(differenceOf(evaluation, 'M1', 'M9', 'accuracy')).toBeNull();
});

test('a mean whose interval lies on the other side of 0 is no lead: resampling may be biased', () => {
  expect(cannotTell({ mean: 0.01, low: -0.05, high: -0.01 })).toBe(true);
  expect(cannotTell({ mean: -0.01, low: 0.01, high: 0.05 })).toBe(true);
});

test('an interval that touches 0 or is not known decides nothing', () => {
  expect(cannotTell({ mean: 0.1, low: 0, high: 0.2 })).toBe(true);
  expect(cannotTell({ mean: 0.1, low: null, high: null })).toBe(true);
  expect(cannotTell({ mean: null, low: 0.1, high: 0.2 })).toBe(true);
  expect(cannotTell({ mean: 0.1, low: 0.01, high: 0.2 })).toBe(false);
  expect(cannotTell({ mean: -0.1, low: -0.2, high: -0.01 })).toBe(false);
});
