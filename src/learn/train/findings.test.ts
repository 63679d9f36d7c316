import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, last } from '../../util/known.ts';
import { random } from '../../util/random.ts';
import { namedAugmentation } from '../augment/index.ts';
import { formatFindings, type FindingState, type FindingStates } from '../dataset/findings.ts';
import { initializeClassifier } from '../nn/heads.ts';
import { initializeResNet } from '../nn/initialize.ts';
import { openTrainingData, type TrainingData } from './data.ts';
import { SIZE, TINY, testContext, withTestEngine, writeSquares } from './data.test-support.ts';
import { findingCrossEntropy, findingsStep } from './findings.ts';
import { fitFindingsProbe } from './findings-probe.ts';
import { fitClassifier } from './fit-classifier.ts';
import type { FitSettings } from './fit-settings.ts';
import golden from './golden/findings.json' with { type: 'json' };
import { labelingOf } from './labeling.ts';

const FINDINGS = ['red', 'green'];
const FIT: FitSettings = {
  task: 'findings',
  network: TINY,
  classes: FINDINGS,
  epochs: 5,
  extraEpochs: 0,
  minSteps: 0,
  batchSize: 10,
  learningRate: 0.1,
  warmupEpochs: 1,
  schedule: 'cosine',
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 },
  augmentation: namedAugmentation('none', { size: SIZE }),
  classWeights: 'none',
  precision: 'float32',
  seed: 1,
};

let paths: Awaited<ReturnType<typeof writeSquares>>;
let data: TrainingData;
beforeAll(async () => {
  paths = await writeSquares();
  const squares = await openTrainingData(paths);
  // Blue squares have neither finding; every fifth label of "red" is not known.
  const rows = squares.rows.map((row, i) => {
    const states: FindingStates = [i % 5 === 0 ? -1 : row.label === 'red' ? 1 : 0, row.label === 'green' ? 1 : 0];
    return { ...row, label: formatFindings(states, FINDINGS) };
  });
  data = { ...squares, rows };
});
afterAll(async () => {
  await data.images.close();
  await rm(paths.folder, { recursive: true });
});

test("loss and gradient are those of PyTorch's binary cross entropy over the known labels", async () => {
  await withTestEngine('eager', async () => {
    const loss = (logits: tf.Tensor) =>
      findingCrossEntropy(logits as tf.Tensor2D, tf.tensor2d(golden.labels, [6, 3], 'int32'));
    const { value, grad } = tf.valueAndGrad(loss)(tf.tensor2d(golden.logits));
    expect((await value.data())[0]).toBeCloseTo(golden.loss, 5);
    [...(await grad.data())].forEach((found, i) => {
      expect(found).toBeCloseTo(at(golden.gradient.flat(), i), 6);
    });
    const unknown = findingCrossEntropy(tf.tensor2d([[3, -3]]), tf.tensor2d([[-1, -1]], [1, 2], 'int32'));
    expect((await unknown.data())[0]).toBe(0);
  });
});

test.each(['eager', 'onnxruntime'] as const)(
  'on %s a network learns findings, and answers each by itself',
  async (name) => {
    await withTestEngine(name, async (engine) => {
      const { params, stats } = initializeResNet(TINY, ['test', 1]);
      const start = { params: { ...params, ...initializeClassifier(6, 2, ['test', 1]) }, stats };
      const fit = await fitClassifier(engine, FIT, findingsStep, data, start, testContext(join(paths.folder, name)));
      expect(last(fit.rows).train.loss).toBeLessThan(at(fit.rows, 0).train.loss);
      expect(last(fit.rows).validation.auc).toBeGreaterThan(0.85);
      const answers = await fit.probabilities(data.split.test);
      expect(answers).toHaveLength(data.split.test.length * 2);
      expect(answers.every((p) => p > 0 && p < 1)).toBe(true);
    });
  },
);

test('balanced classes, and a validation subset that judges no finding, are refused with the remedy', () => {
  expect(() => labelingOf(data, { ...FIT, classWeights: 'balanced' })).toThrow('Set "classWeights": "none"');
  const rows = data.rows.map((row) => ({ ...row, label: 'none' }));
  expect(() => labelingOf({ ...data, rows }, FIT)).toThrow('no AUC can select by them');
});

test.each(['linear', 'knn'] as const)('a %s probe answers each finding from the labels that are known', (kind) => {
  const source = random('features of findings');
  const draw = (count: number) => {
    const labels = Array.from({ length: count }, (): FindingStates => {
      const state = (): FindingState => (source.uniform() < 0.15 ? -1 : source.uniform() < 0.4 ? 1 : 0);
      return [state(), state(), 0];
    });
    const features = Float32Array.from(
      labels.flatMap((states) => states.map((state) => source.normal() + (state === 1 ? 3 : state === 0 ? -3 : 0))),
    );
    return { labels, features };
  };
  const [training, validation] = [draw(120), draw(60)];
  const probe = fitFindingsProbe(kind, training, validation);
  expect(probe.auc).toBeGreaterThan(0.95);
  const answers = probe.probabilities(validation.features);
  expect(answers).toHaveLength(180);
  // No training image has the third finding.
  for (let i = 0; i < 60; i++) expect(at(answers, 3 * i + 2)).toBeLessThan(0.02);
});
