import { expect, test } from 'vitest';
import { datasetFixture } from './study.test-support.ts';
import { excessConfidence, overconfidenceSentences } from './overconfidence.ts';
import type { Calibration, Evaluation } from '../formats/evaluation.ts';

const base = datasetFixture('phantom', 'Phantoms', ['a', 'b']).evaluation;

/** Two bins, 30 images surer by `excess` than right, 10 as sure as right, and an empty one. */
function calibration(excess: number): Calibration {
  const before = [
    { low: 0, high: 0.5, images: 0, confidence: null, accuracy: null },
    { low: 0.5, high: 0.8, images: 10, confidence: 0.7, accuracy: 0.7 },
    { low: 0.8, high: 1, images: 30, confidence: 0.9, accuracy: 0.9 - excess },
  ];
  return { ...base.models[0]!.calibration, reliability: { before, after: [] } };
}

/** M1 and M2, with the given interval of their difference in confidence minus accuracy. */
function evaluation(excess: number, low: number, high: number): Evaluation {
  const models = base.models.slice(0, 2).map((model) => ({ ...model, calibration: calibration(excess) }));
  const difference = {
    ...{ mean: (low + high) / 2, low, high },
    ...{ p: 0.01, adjusted: 0.01, simultaneous: { low, high } },
  };
  return {
    ...base,
    models,
    contrasts: [{ model: 'M2', against: 'M1', metrics: { overconfidence: difference } }],
  };
}

test('the excess is mean confidence minus accuracy over images, not over bins', () => {
  expect(excessConfidence(calibration(0.2))).toBeCloseTo((30 * 0.2) / 40, 12);
  expect(excessConfidence(calibration(-0.04))).toBeCloseTo((30 * -0.04) / 40, 12);
  expect(excessConfidence({ ...calibration(0), reliability: { before: [], after: [] } })).toBeNull();
});

test.each([
  [
    'too sure, then less',
    0.2,
    -0.06,
    -0.02,
    'M1 is on average surer than it is right, by 0.150; M2 is less sure, as the paper says ' +
      '(confidence − accuracy, M2 − M1: −0.040 [−0.060, −0.020])',
  ],
  ['too sure, then more', 0.2, 0.02, 0.06, 'M2 is surer, against the paper'],
  ['too sure, and open', 0.2, -0.06, 0.02, 'whether M2 is less sure we cannot tell'],
  [
    'not sure enough, then less',
    -0.1,
    -0.06,
    -0.02,
    'M1 is on average less sure than it is right, by 0.075, so there is no overconfidence to prevent; ' +
      'M2 is less sure (confidence',
  ],
])('%s', (_, excess, low, high, words) => {
  const [sentence, ...others] = overconfidenceSentences(evaluation(excess, low, high));
  expect(sentence).toContain(words);
  expect(sentence).toMatch(/^SimCLR from random: /);
  expect(others).toEqual([]); // M3 and M4 were not compared
});
