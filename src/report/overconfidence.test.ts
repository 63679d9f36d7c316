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

/** M1 and M2, with the given interval of their difference in calibration error. */
function evaluation(excess: number, low: number, high: number): Evaluation {
  const models = base.models.slice(0, 2).map((model) => ({ ...model, calibration: calibration(excess) }));
  return {
    ...base,
    models,
    differences: [{ model: 'M2', against: 'M1', metrics: { ece: { mean: (low + high) / 2, low, high } } }],
  };
}

test('the excess is mean confidence minus accuracy over images, not over bins', () => {
  expect(excessConfidence(calibration(0.2))).toBeCloseTo((30 * 0.2) / 40, 12);
  expect(excessConfidence(calibration(-0.04))).toBeCloseTo((30 * -0.04) / 40, 12);
  expect(excessConfidence({ ...calibration(0), reliability: { before: [], after: [] } })).toBeNull();
});

test.each([
  [
    'too sure, then more honest',
    0.2,
    -0.06,
    -0.02,
    'M1 is on average surer than it is right, by 0.150; with self-supervision probabilities are more honest, as ' +
      'the paper says (calibration error M2 − M1 −0.040 [−0.060, −0.020])',
  ],
  [
    'too sure, then less honest',
    0.2,
    0.02,
    0.06,
    'with self-supervision probabilities are less honest, against the paper',
  ],
  ['too sure, and open', 0.2, -0.06, 0.02, 'whether self-supervision makes probabilities more honest we cannot tell'],
  [
    'not sure enough, then more honest',
    -0.1,
    -0.06,
    -0.02,
    'M1 is on average less sure than it is right, by 0.075, so there is no overconfidence to prevent; with ' +
      'self-supervision probabilities are more honest (calibration',
  ],
])('%s', (_, excess, low, high, words) => {
  const [sentence, ...others] = overconfidenceSentences(evaluation(excess, low, high), 'fractal');
  expect(sentence).toContain(words);
  expect(sentence).toMatch(/^From a random start: /);
  expect(others).toEqual([]); // M3 and M4 were not compared
});
