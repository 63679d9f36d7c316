import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namedAugmentation } from '../augment/index.ts';
import { initializeResNet } from '../nn/initialize.ts';
import { byol } from '../ssl/byol.ts';
import type { SslMethod, PlainState } from '../ssl/method.ts';
import { moco } from '../ssl/moco.ts';
import type { CommonSettings } from '../ssl/settings.ts';
import { simclr } from '../ssl/simclr.ts';
import { simsiam } from '../ssl/simsiam.ts';
import { supcon } from '../ssl/supcon.ts';
import { swav } from '../ssl/swav.ts';
import { openTrainingData, type TrainingData } from './data.ts';
import type { HostModel } from './loop.ts';
import { pretrain, type PretrainSettings } from './pretrain.ts';
import { largestDifference, SIZE, TINY, withTestEngine, testContext, writeSquares } from './data.test-support.ts';

const SETTINGS: PretrainSettings = {
  network: TINY,
  epochs: 3,
  batchSize: 8,
  learningRate: 0.1,
  warmupEpochs: 0,
  schedule: 'cosine',
  probeEvery: 2,
  precision: 'float32',
  seed: 1,
};
const COMMON: CommonSettings = {
  network: TINY,
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 },
  augmentation: namedAugmentation('xray', { size: SIZE }),
  batchSize: 8,
  learningRate: 0.1,
  seed: 1,
};

/** A method of any state: the loop needs no more. */
type AnyMethod = SslMethod<PlainState>;
const METHODS = {
  simclr: (common) => simclr({ ...common, temperature: 0.5 }),
  simsiam: (common) => simsiam({ ...common, width: 16, bottleneck: 8, stopGradient: true }) as unknown as AnyMethod,
  byol: (common) => byol({ ...common, hidden: 16, width: 8, momentum: 0.9 }) as unknown as AnyMethod,
  // 20 is not a multiple of the batch: the queue wraps within one.
  moco: (common) => moco({ ...common, temperature: 0.2, queue: 20, momentum: 0.9 }) as unknown as AnyMethod,
  // The queue is full after two of the three steps of an epoch, and used from the second epoch; prototypes move from
  // the first step of it.
  swav: (common) =>
    swav({
      ...common,
      prototypes: 6,
      temperature: 0.1,
      epsilon: 0.05,
      hidden: 16,
      smallCrops: 2,
      queue: 12,
      queueFrom: 1,
      freeze: 1,
    }),
  supcon: (common) => supcon({ ...common, temperature: 0.1 }),
} satisfies Record<string, (common: CommonSettings) => AnyMethod>;
const NAMES = Object.keys(METHODS) as (keyof typeof METHODS)[];

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

const backbone = (): HostModel => initializeResNet(TINY, ['test', 1]);
const watch = (folder: string, stopAt?: number) => testContext(join(paths.folder, folder), stopAt);

describe.each(NAMES)('%s', (name) => {
  const method = (changes: Partial<CommonSettings> = {}) => METHODS[name]({ ...COMMON, ...changes });

  test('trains, probes when asked, drops its heads, and resumes to the same bits', async () => {
    await withTestEngine('onnxruntime', async (engine) => {
      const { start, rows, encoder } = await pretrain(engine, SETTINGS, method(), data, backbone(), watch(name));
      expect(rows.map(({ epoch, knn }) => [epoch, knn !== null])).toEqual([
        [1, false],
        [2, true],
        [3, true],
      ]);
      // MoCo's first queue is random directions, which are easier negatives than other images.
      if (name !== 'moco') expect(rows.at(-1)!.loss).toBeLessThan(rows[0]!.loss);
      expect(Object.keys(encoder.params)).toEqual(Object.keys(backbone().params));
      expect(Object.keys(encoder.stats).sort()).toEqual(Object.keys(backbone().stats).sort());
      for (const [tensor, { data: before }] of Object.entries(backbone().params))
        expect(encoder.params[tensor]!.data, tensor).not.toEqual(before);

      await expect(
        pretrain(engine, SETTINGS, method(), data, backbone(), watch(`${name}-stopped`, 32)),
      ).rejects.toThrow('stopped');
      expect(await pretrain(engine, SETTINGS, method(), data, backbone(), watch(`${name}-stopped`))).toEqual({
        start,
        rows,
        encoder,
      });
    });
  });

  test('takes the same steps on both engines', async () => {
    const settings = { ...SETTINGS, epochs: 1, learningRate: 0.01 };
    const train = (engineName: 'eager' | 'onnxruntime') =>
      withTestEngine(engineName, (engine) =>
        pretrain(engine, settings, method({ learningRate: 0.01 }), data, backbone(), watch(`${name}-${engineName}`)),
      );
    const [eager, compiled] = [await train('eager'), await train('onnxruntime')];
    expect(largestDifference(eager.encoder, compiled.encoder).by).toBeLessThan(1e-4);
    const numbers = ({
      loss,
      embeddingStd,
      relativeStd,
      alignment,
      uniformity,
      participationRatio,
    }: (typeof eager.rows)[number]) => [loss, embeddingStd, relativeStd, alignment, uniformity, participationRatio];
    numbers(eager.rows[0]!).forEach((value, i) => {
      expect(numbers(compiled.rows[0]!)[i]).toBeCloseTo(value, 3);
    });
  });
});

test('pre-training reads training and validation images, never a test image', async () => {
  const seen = new Set<number>();
  const spied: TrainingData = {
    ...data,
    images: {
      ...data.images,
      read: (indices, into) => (Array.from(indices, (index) => seen.add(index)), data.images.read(indices, into)),
    },
  };
  await withTestEngine('eager', (engine) =>
    pretrain(engine, { ...SETTINGS, epochs: 1 }, METHODS.simclr(COMMON), spied, backbone(), watch('spied')),
  );
  expect(data.split.test.filter((index) => seen.has(index))).toEqual([]);
  expect(data.split.train.filter((index) => !seen.has(index))).toEqual([]);
});

test('a collapse is warned of when it begins, and marked in every epoch that it lasts', async () => {
  const method = METHODS.simclr(COMMON);
  const collapsed: AnyMethod = {
    ...method,
    step: (args) => {
      const { state, outputs } = method.step(args);
      return { state, outputs: { ...outputs, relativeStd: tf.scalar(0.01) } };
    },
  };
  const watching = watch('collapsed');
  const { rows } = await withTestEngine('onnxruntime', (engine) =>
    pretrain(engine, SETTINGS, collapsed, data, backbone(), watching),
  );
  const wrong = "all images have nearly the same embedding (its standard deviation is 1.0 % of an even spread's)";
  expect(watching.warnings).toEqual([
    `The embeddings collapsed in epoch 1: ${wrong}. Unless it recovers, the weights are worth little; the curves tell.`,
  ]);
  expect(rows.map(({ collapse }) => collapse)).toEqual([wrong, wrong, wrong]);
});

test('a batch that cannot be filled says how large it may be', async () => {
  await withTestEngine('eager', (engine) =>
    expect(
      pretrain(engine, { ...SETTINGS, batchSize: 25 }, METHODS.simclr(COMMON), data, backbone(), watch('large')),
    ).rejects.toThrow(
      'A batch of 25 images cannot be filled: the training subset has 24. Set "batchSize" to 24 or less.',
    ),
  );
});
