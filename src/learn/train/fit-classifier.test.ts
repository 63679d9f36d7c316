import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recipe } from '../augment/index.ts';
import { initialiseClassifier } from '../nn/heads.ts';
import { initialise } from '../nn/initialise.ts';
import type { Optimiser } from '../nn/optimiser.ts';
import { supervised } from './classify.ts';
import { openLearningData, type LearningData } from './data.ts';
import { distilled } from './distill.ts';
import { fitClassifier, type FitSettings, type LearnerOf } from './fit-classifier.ts';
import type { LearnerSettings } from './learner.ts';
import type { HostModel } from './loop.ts';
import { mutual } from './mutual.ts';
import { CLASSES, farthest, SIZE, TINY, using, watchIn, writeSquares } from './data.test-support.ts';

const ENGINES = ['eager', 'onnxruntime'] as const;
const SGD: Optimiser = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 };
const FIT: FitSettings = {
  network: TINY,
  classes: CLASSES,
  epochs: 4,
  batch: 10,
  rate: 0.1,
  warmUp: 1,
  schedule: 'cosine',
  optimiser: SGD,
  recipe: recipe('none', { size: SIZE }),
  classWeights: 'balanced',
  precision: 'float32',
  seed: 1,
};

let paths: Awaited<ReturnType<typeof writeSquares>>;
let data: LearningData;
beforeAll(async () => {
  paths = await writeSquares();
  data = await openLearningData(paths);
});
afterAll(async () => {
  await data.images.close();
  await rm(paths.folder, { recursive: true });
});

const classifier = (seed = 1): HostModel => {
  const { params, stats } = initialise(TINY, ['test', seed]);
  return { params: { ...params, ...initialiseClassifier(6, 3, ['test', seed]) }, stats };
};

const watch = (folder: string, stopAt?: number) => watchIn(join(paths.folder, folder), stopAt);

test.each(ENGINES)(
  'on %s a classifier learns colours, is selected by validation, and resumes to the same bits',
  async (name) => {
    await using(name, async (engine) => {
      const fit = await fitClassifier(engine, FIT, supervised, data, classifier(), watch(`fit-${name}`));
      expect(fit.rows).toHaveLength(4);
      expect(fit.rows.at(-1)!.train.loss).toBeLessThan(fit.rows[0]!.train.loss);
      const best = fit.rows.find(({ epoch }) => epoch === fit.best)!;
      expect(best.validation.auc).toBe(Math.max(...fit.rows.map((row) => row.validation.auc)));
      expect(best.validation.auc).toBeGreaterThan(0.9);

      const probabilities = await fit.probabilities(data.split.validation);
      expect(probabilities).toHaveLength(18 * 3);
      for (let i = 0; i < 18; i++)
        expect(probabilities[3 * i]! + probabilities[3 * i + 1]! + probabilities[3 * i + 2]!).toBeCloseTo(1, 5);
      const right = data.split.validation.filter(
        (index, i) => probabilities[3 * i + (index % 3)] === Math.max(...probabilities.subarray(3 * i, 3 * i + 3)),
      );
      expect(right.length / 18).toBeCloseTo(best.validation.accuracy, 5);

      await expect(
        fitClassifier(engine, FIT, supervised, data, classifier(), watch(`stopped-${name}`, 80)),
      ).rejects.toThrow('stopped');
      const resumed = await fitClassifier(engine, FIT, supervised, data, classifier(), watch(`stopped-${name}`));
      expect(resumed.rows).toEqual(fit.rows);
      expect(resumed.model).toEqual(fit.model);
    });
  },
);

test('a split without validation images cannot select an epoch', async () => {
  const blind = { ...data, split: { ...data.split, validation: [] } };
  await using('eager', (engine) =>
    expect(fitClassifier(engine, FIT, supervised, blind, classifier(), watch('blind'))).rejects.toThrow(
      'the split has 24 and 0',
    ),
  );
});

const LEARNERS = {
  distilled: (settings: LearnerSettings) =>
    distilled({ teacher: { network: TINY, model: classifier(2) }, temperature: 4, alpha: 0.5 }, settings),
  mutual: (settings: LearnerSettings) => mutual({ network: TINY, start: classifier(2) }, settings),
};

test.each(['distilled', 'mutual'] as const)(
  '%s training learns, resumes to the same bits, and takes the same steps on both engines',
  async (name) => {
    const learnerOf = LEARNERS[name] as unknown as LearnerOf<HostModel>; // of any state: the loop asks for no more
    const whole = await using('onnxruntime', async (engine) => {
      const fit = await fitClassifier(engine, FIT, learnerOf, data, classifier(), watch(name));
      expect(fit.rows.at(-1)!.train.loss).toBeLessThan(fit.rows[0]!.train.loss);
      expect(Object.keys(fit.model.params)).toEqual(Object.keys(classifier().params));
      expect(Math.max(...fit.rows.map(({ validation }) => validation.auc))).toBeGreaterThan(0.8);
      await expect(
        fitClassifier(engine, FIT, learnerOf, data, classifier(), watch(`${name}-stopped`, 50)),
      ).rejects.toThrow('stopped');
      const resumed = await fitClassifier(engine, FIT, learnerOf, data, classifier(), watch(`${name}-stopped`));
      expect([resumed.rows, resumed.model]).toEqual([fit.rows, fit.model]);
      return fitClassifier(
        engine,
        { ...FIT, epochs: 1, rate: 0.01 },
        learnerOf,
        data,
        classifier(),
        watch(`${name}-one`),
      );
    });
    const eager = await using('eager', (engine) =>
      fitClassifier(engine, { ...FIT, epochs: 1, rate: 0.01 }, learnerOf, data, classifier(), watch(`${name}-eager`)),
    );
    expect(farthest(eager.model, whole.model).by).toBeLessThan(1e-4);
    for (const [told, value] of Object.entries(eager.rows[0]!.train))
      expect(whole.rows[0]!.train[told], told).toBeCloseTo(value, 3);
  },
);

test('both engines take the same steps', async () => {
  const [one, other] = await Promise.all(
    ENGINES.map((name) =>
      using(name, (engine) =>
        fitClassifier(
          engine,
          { ...FIT, epochs: 1, rate: 0.01 },
          supervised,
          data,
          classifier(),
          watch(`same-fit-${name}`),
        ),
      ),
    ),
  );
  expect(farthest(one!.model, other!.model).by).toBeLessThan(1e-4);
});

test('bfloat16 reaches the engine, which refuses what it cannot compute and says what can', async () => {
  await using('onnxruntime', async (engine) => {
    await expect(
      fitClassifier(engine, { ...FIT, precision: 'bfloat16' }, supervised, data, classifier(), watch('reduced')),
    ).rejects.toThrow(/"onnxruntime" computes in float32 only.*engine add tensorflow/);
  });
});
