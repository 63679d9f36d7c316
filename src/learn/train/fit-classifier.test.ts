import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namedAugmentation } from '../augment/index.ts';
import { initializeClassifier } from '../nn/heads.ts';
import { initializeResNet } from '../nn/initialize.ts';
import type { Optimizer } from '../nn/optimizer.ts';
import { supervisedStep } from './supervised.ts';
import { openTrainingData, type TrainingData } from './data.ts';
import { distillationStep } from './distill.ts';
import { fitClassifier, type TrainingStepFactory } from './fit-classifier.ts';
import type { FitSettings } from './fit-settings.ts';
import type { TrainingStepSettings } from './training-step.ts';
import type { HostModel } from './loop.ts';
import { mutualLearningStep } from './mutual.ts';
import {
  CLASSES,
  largestDifference,
  SIZE,
  TINY,
  withTestEngine,
  testContext,
  writeSquares,
} from './data.test-support.ts';

const ENGINES = ['eager', 'onnxruntime'] as const;
const SGD: Optimizer = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 };
const FIT: FitSettings = {
  network: TINY,
  classes: CLASSES,
  epochs: 4,
  extraEpochs: 0,
  minSteps: 0,
  batchSize: 10,
  learningRate: 0.1,
  warmupEpochs: 1,
  schedule: 'cosine',
  optimizer: SGD,
  augmentation: namedAugmentation('none', { size: SIZE }),
  classWeights: 'balanced',
  precision: 'float32',
  seed: 1,
};

let paths: Awaited<ReturnType<typeof writeSquares>>;
let data: TrainingData;
beforeAll(async () => {
  paths = await writeSquares();
  data = await openTrainingData(paths);
});
afterAll(async () => {
  await data.images.close();
  await rm(paths.folder, { recursive: true });
});

const classifier = (seed = 1): HostModel => {
  const { params, stats } = initializeResNet(TINY, ['test', seed]);
  return { params: { ...params, ...initializeClassifier(6, 3, ['test', seed]) }, stats };
};

const watch = (folder: string, stopAt?: number) => testContext(join(paths.folder, folder), stopAt);

test.each(ENGINES)(
  'on %s a classifier learns colors, is the one of the last epoch, and resumes to the same bits',
  async (name) => {
    await withTestEngine(name, async (engine) => {
      const fit = await fitClassifier(engine, FIT, supervisedStep, data, classifier(), watch(`fit-${name}`));
      expect(fit.rows).toHaveLength(4);
      expect(fit.rows.at(-1)!.train.loss).toBeLessThan(fit.rows[0]!.train.loss);
      const { validation } = fit.rows.at(-1)!;
      expect(validation.auc).toBeGreaterThan(0.9);
      expect(fit.warning).toBeNull();

      const probabilities = await fit.probabilities(data.split.validation);
      expect(probabilities).toHaveLength(18 * 3);
      for (let i = 0; i < 18; i++)
        expect(probabilities[3 * i]! + probabilities[3 * i + 1]! + probabilities[3 * i + 2]!).toBeCloseTo(1, 5);
      const right = data.split.validation.filter(
        (index, i) => probabilities[3 * i + (index % 3)] === Math.max(...probabilities.subarray(3 * i, 3 * i + 3)),
      );
      expect(right.length / 18).toBeCloseTo(validation.accuracy, 5);

      await expect(
        fitClassifier(engine, FIT, supervisedStep, data, classifier(), watch(`stopped-${name}`, 80)),
      ).rejects.toThrow('stopped');
      const resumed = await fitClassifier(engine, FIT, supervisedStep, data, classifier(), watch(`stopped-${name}`));
      expect(resumed.rows).toEqual(fit.rows);
      expect(resumed.model).toEqual(fit.model);
    });
  },
);

test('epochs are added until there are the least number of steps, then the extra ones', async () => {
  await withTestEngine('eager', async (engine) => {
    // 24 training images are 3 steps of 10 an epoch.
    const settings = { ...FIT, epochs: 1, minSteps: 4, extraEpochs: 1 };
    const { rows } = await fitClassifier(engine, settings, supervisedStep, data, classifier(), watch('least'));
    expect(rows).toHaveLength(3);
    expect(rows.at(-1)!.learningRate).toBeLessThan(rows[1]!.learningRate / 2);
  });
});

test('a training that learned nothing says so', async () => {
  await withTestEngine('eager', async (engine) => {
    const exchanged = data.rows.map((row, i) => ({ ...row, label: CLASSES[(i * 7 + (i >> 2)) % 3]! }));
    const settings = { ...FIT, epochs: 1, learningRate: 1e-9 };
    const noise = { ...data, rows: exchanged };
    const fit = await fitClassifier(engine, settings, supervisedStep, noise, classifier(), watch('noise'));
    expect(fit.rows.at(-1)!.validation.auc).toBeLessThan(0.6);
    expect(fit.warning).toContain('learned next to nothing');
  });
});

test('a split without validation images cannot be trained on', async () => {
  const blind = { ...data, split: { ...data.split, validation: [] } };
  await withTestEngine('eager', (engine) =>
    expect(fitClassifier(engine, FIT, supervisedStep, blind, classifier(), watch('blind'))).rejects.toThrow(
      'the split has 24 and 0',
    ),
  );
});

const STEPS = {
  distilled: (settings: TrainingStepSettings) =>
    distillationStep({ teacher: { network: TINY, model: classifier(2) }, temperature: 4, alpha: 0.5 }, settings),
  mutual: (settings: TrainingStepSettings) => mutualLearningStep({ network: TINY, start: classifier(2) }, settings),
};

test.each(['distilled', 'mutual'] as const)(
  '%s training learns, resumes to the same bits, and takes the same steps on both engines',
  async (name) => {
    // Of any state: the loop asks for no more.
    const stepFactory = STEPS[name] as unknown as TrainingStepFactory<HostModel>;
    const whole = await withTestEngine('onnxruntime', async (engine) => {
      const fit = await fitClassifier(engine, FIT, stepFactory, data, classifier(), watch(name));
      expect(fit.rows.at(-1)!.train.loss).toBeLessThan(fit.rows[0]!.train.loss);
      expect(Object.keys(fit.model.params)).toEqual(Object.keys(classifier().params));
      expect(Math.max(...fit.rows.map(({ validation }) => validation.auc))).toBeGreaterThan(0.8);
      await expect(
        fitClassifier(engine, FIT, stepFactory, data, classifier(), watch(`${name}-stopped`, 50)),
      ).rejects.toThrow('stopped');
      const resumed = await fitClassifier(engine, FIT, stepFactory, data, classifier(), watch(`${name}-stopped`));
      expect([resumed.rows, resumed.model]).toEqual([fit.rows, fit.model]);
      return fitClassifier(
        engine,
        { ...FIT, epochs: 1, learningRate: 0.01 },
        stepFactory,
        data,
        classifier(),
        watch(`${name}-one`),
      );
    });
    const eager = await withTestEngine('eager', (engine) =>
      fitClassifier(
        engine,
        { ...FIT, epochs: 1, learningRate: 0.01 },
        stepFactory,
        data,
        classifier(),
        watch(`${name}-eager`),
      ),
    );
    expect(largestDifference(eager.model, whole.model).by).toBeLessThan(1e-4);
    for (const [told, value] of Object.entries(eager.rows[0]!.train))
      expect(whole.rows[0]!.train[told], told).toBeCloseTo(value, 3);
  },
);

test('both engines take the same steps', async () => {
  const [one, other] = await Promise.all(
    ENGINES.map((name) =>
      withTestEngine(name, (engine) =>
        fitClassifier(
          engine,
          { ...FIT, epochs: 1, learningRate: 0.01 },
          supervisedStep,
          data,
          classifier(),
          watch(`same-fit-${name}`),
        ),
      ),
    ),
  );
  expect(largestDifference(one!.model, other!.model).by).toBeLessThan(1e-4);
});

test('bfloat16 reaches the engine, which refuses what it cannot compute and says what can', async () => {
  await withTestEngine('onnxruntime', async (engine) => {
    await expect(
      fitClassifier(engine, { ...FIT, precision: 'bfloat16' }, supervisedStep, data, classifier(), watch('reduced')),
    ).rejects.toThrow(/"onnxruntime" computes in float32 only.*engine add tensorflow/);
  });
});
