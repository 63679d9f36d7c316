import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { at } from '../../../util/known.ts';
import { random } from '../../../util/random.ts';
import { evaluateMasks, type SegmentedRun } from './evaluate.ts';
import type { Mask } from './mask.ts';
import { maskOf, type Prediction } from './original-size.ts';
import { chooseOverlays } from './overlays.ts';
import { readMaskPredictions, writeMaskPredictions } from './predictions.ts';
import { scoreMask } from './score.ts';
import { certain } from './score-runs.ts';
import type { ScoredMasks } from './scored-masks.ts';

const COUNTS = { images: 40, groups: 20, byClass: [40] };

/** A square that is found with its edge moved by so many pixels. */
function scored(images: number, shiftOf: (image: number) => number): ScoredMasks {
  const square = (left: number): Mask => {
    const data = new Uint8Array(32 * 32);
    for (let y = 8; y < 24; y++) data.fill(1, y * 32 + left, y * 32 + left + 16);
    return { data, width: 32, height: 32 };
  };
  return Array.from({ length: images }, (_, image) => scoreMask(square(4 + shiftOf(image)), square(4), 2));
}

const source = random('masks that are found');
const noise = Array.from({ length: 40 }, () => source.integer(3));
const run = (model: string, start: string, seed: number, shift: number): SegmentedRun => ({
  ...{ model, start, pretraining: 'none', seed },
  validation: scored(4, () => shift),
  test: scored(40, (image) => shift + at(noise, model === 'M1' ? image : 39 - image) + (seed % 2)),
});
const options = {
  dataset: 'squares',
  classes: ['square'],
  counts: { train: COUNTS, validation: COUNTS, test: COUNTS },
  groups: Array.from({ length: 40 }, (_, image) => `g${Math.floor(image / 2)}`),
  baselines: [],
  bootstrap: { resamples: 400, level: 0.95, seed: 0 },
  declared: {},
};

test('the better of two starts has an interval of the paired difference above 0, in every metric', () => {
  const runs = [0, 1, 2].flatMap((seed) => [run('M1', 'random', seed, 4), run('M3', 'imagenet', seed, 1)]);
  const { models, contrasts, metrics } = evaluateMasks(runs, options);
  expect(metrics).toEqual(['dice', 'iou', 'nsd', 'hd95']);
  // A square of 16 px that lies d off has Dice 1 - d / 16.
  const shifts = [0, 1, 2].flatMap((seed) => noise.map((n) => 1 + n + (seed % 2)));
  const mean = shifts.reduce((sum, d) => sum + 1 - d / 16, 0) / shifts.length;
  expect(models[1]?.summary.test.dice?.mean).toBeCloseTo(mean, 5);
  const { dice, hd95 } = at(contrasts, 0).metrics;
  expect(at(contrasts, 0)).toMatchObject({ model: 'M3', against: 'M1' });
  expect(dice?.mean).toBeCloseTo(3 / 16, 5);
  expect(dice?.low).toBeGreaterThan(0);
  expect(dice?.adjusted).toBeLessThan(0.05);
  expect(hd95?.high).toBeLessThan(0);
});

test('empty masks: neither is left out, one has Dice 0 and the diagonal, and all are counted', () => {
  const blank: Mask = { data: new Uint8Array(16), width: 4, height: 4 };
  const full: Mask = { ...blank, data: new Uint8Array(16).fill(1) };
  const tested = [
    scoreMask(blank, blank, 2),
    scoreMask(blank, full, 2),
    scoreMask(full, blank, 2),
    scoreMask(full, full, 2),
  ];
  const one: SegmentedRun = {
    model: 'M1',
    start: 'random',
    pretraining: 'none',
    seed: 0,
    validation: tested,
    test: tested,
  };
  const { models } = evaluateMasks([one], { ...options, groups: ['a', 'b', 'c', 'd'] });
  expect(models[0]?.seeds[0]?.test.dice).toBeCloseTo(1 / 3, 5);
  expect(models[0]?.byClass).toMatchObject([{ images: 2, missed: 1, invented: 1, leftOut: 1 }]);
  expect(models[0]?.byClass[0]?.hd95).toBeCloseTo((2 * Math.hypot(4, 4)) / 3, 5);
});

test('a model that lacks a seed is refused', () => {
  const runs = [run('M1', 'random', 0, 1), run('M1', 'random', 1, 1), run('M3', 'imagenet', 0, 1)];
  expect(() => evaluateMasks(runs, options)).toThrow('There are 0 predictions of M3 with seed 1');
});

test('the best, the median and the worst image are those by the mean of all runs', () => {
  const made = { ...run('M1', 'random', 0, 0), test: scored(5, (image) => [3, 0, 4, 1, 2][image] ?? 0) };
  const chosen = chooseOverlays([made], [made], ['a', 'b', 'c', 'd', 'e']);
  expect(chosen.map(({ rank, image, dice }) => [rank, image, dice[0]])).toEqual([
    ['best', 'b', 1],
    ['median', 'e', 0.875],
    ['worst', 'c', 0.75],
  ]);
});

test('predictions are read back to the byte, and give the same mask', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mask-predictions-'));
  const values = Float32Array.of(0.9, 0.06, 0.04, 0.2, 0.3, 0.5, 0.1, 0.7, 0.2, 0.34, 0.33, 0.33);
  const prediction: Prediction = { values, side: 2, classes: 3 };
  const file = join(folder, 'predictions.safetensors');
  async function* all(): AsyncIterable<Prediction> {
    yield await Promise.resolve(prediction);
    yield certain({ data: Uint8Array.of(0, 1, 2, 0), width: 2, height: 2 }, 3);
  }
  await writeMaskPredictions(file, all(), { indices: [7, 3], side: 2, classes: 3 });
  const read = await readMaskPredictions(file);
  await rm(folder, { recursive: true });
  expect(read.indices).toEqual([7, 3]);
  const missed = Array.from(read.of(0).values, (share, i) => Math.abs(share / 255 - at(values, i)));
  expect(Math.max(...missed)).toBeLessThan(1.01 / 255);
  expect(maskOf(read.of(0))).toEqual(maskOf(prediction));
  expect([...maskOf(read.of(1)).data]).toEqual([0, 1, 2, 0]);
});
