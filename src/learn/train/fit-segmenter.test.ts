/** The U-Net learns squares on noise, resumes bit for bit, and predicts what it validated. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testedEngines } from '../../tensor/test-engines.test-support.ts';
import { random } from '../../util/random.ts';
import { namedAugmentation } from '../augment/index.ts';
import { maskOf } from '../eval/segmentation/original-size.ts';
import { initializeResNet, initializeUnetDecoder } from '../nn/initialize.ts';
import { largestDifference, testContext, TINY, withTestEngine } from './data.test-support.ts';
import { fitSegmenter, type SegmentationData } from './fit-segmenter.ts';
import type { FitSettings } from './fit-settings.ts';
import type { HostModel } from './loop.ts';

const SIDE = 16;
const IMAGES = 30;
const CLASSES = ['background', 'bright', 'dark'];

/** An image of noise with a bright and a dark rectangle, and its mask. */
function drawn(index: number): { image: Uint8Array; mask: Uint8Array } {
  const source = random('rectangles', index);
  const image = Uint8Array.from({ length: SIDE * SIDE * 3 }, () => 100 + source.integer(50));
  const mask = new Uint8Array(SIDE * SIDE);
  for (const [label, level] of [
    [1, 220],
    [2, 10],
  ] as const) {
    const [left, top] = [source.integer(SIDE - 6), source.integer(SIDE - 6)];
    for (let y = top; y < top + 6; y++)
      for (let x = left; x < left + 6; x++) {
        mask[y * SIDE + x] = label;
        image.fill(level, (y * SIDE + x) * 3, (y * SIDE + x + 1) * 3);
      }
  }
  return { image, mask };
}

const DRAWN = Array.from({ length: IMAGES }, (_, index) => drawn(index));
const joined = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

const DATA: SegmentationData = {
  images: {
    count: IMAGES,
    size: SIDE,
    read: (indices) => Promise.resolve(joined(Array.from(indices, (index) => DRAWN[index]!.image))),
    close: () => Promise.resolve(),
  },
  masks: { read: (indices) => Promise.resolve(joined(indices.map((index) => DRAWN[index]!.mask))) },
  rows: [],
  split: { train: range(0, 20), validation: range(20, 25), test: range(25, 30), labelFractions: Array(20).fill(1) },
};

const SETTINGS: FitSettings = {
  network: TINY,
  classes: CLASSES,
  epochs: 20,
  extraEpochs: 0,
  minSteps: 0,
  batchSize: 5,
  learningRate: 0.1,
  warmupEpochs: 1,
  schedule: 'cosine',
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 },
  augmentation: namedAugmentation('light-flipped', { size: SIDE }),
  precision: 'float32',
  classWeights: 'none',
  seed: 0,
};

function start(): HostModel {
  const [encoder, decoder] = [
    initializeResNet(TINY, ['start']),
    initializeUnetDecoder(TINY, CLASSES.length, ['start']),
  ];
  return {
    params: { ...encoder.params, ...decoder.params },
    stats: { ...encoder.stats, ...decoder.stats },
  };
}

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'segmenter-'));

test.each(testedEngines('tensorflow', 'onnxruntime'))(
  'masks of two classes are learned on %s, and predictions are those of the last epoch',
  async (name) => {
    await withTestEngine(name, async (engine) => {
      const { rows, predictions } = await fitSegmenter(engine, SETTINGS, DATA, start(), testContext(await folder()));
      const { train, validation } = rows.at(-1)!;
      expect(rows).toHaveLength(20);
      expect(train.loss).toBeLessThan(0.5 * rows[0]!.train.loss);
      expect(validation.dice).toBeGreaterThan(0.8);
      expect(validation.iou).toBeLessThan(validation.dice!);
      let right = 0;
      for await (const { index, ...prediction } of predictions(DATA.split.test))
        maskOf(prediction).data.forEach((label, pixel) => (right += Number(label === DRAWN[index]!.mask[pixel])));
      expect(right / (5 * SIDE * SIDE)).toBeGreaterThan(0.9);
    });
  },
  120_000,
);

test.each(testedEngines('tensorflow', 'onnxruntime'))(
  'a training that was stopped in an epoch ends bit for bit as an uninterrupted one, on %s',
  async (name) => {
    await withTestEngine(name, async (engine) => {
      const settings = { ...SETTINGS, epochs: 3, classWeights: 'balanced' as const };
      const whole = await fitSegmenter(engine, settings, DATA, start(), testContext(await folder()));
      const checkpoint = await folder();
      await expect(fitSegmenter(engine, settings, DATA, start(), testContext(checkpoint, 30))).rejects.toThrow(
        'stopped',
      );
      const resumed = await fitSegmenter(engine, settings, DATA, start(), testContext(checkpoint));
      expect(largestDifference(resumed.model, whole.model).by).toBe(0);
      expect(resumed.rows).toEqual(whole.rows);
    });
  },
  120_000,
);
