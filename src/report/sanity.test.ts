import { expect, test } from 'vitest';
import { caveatsOf } from './caveat.ts';
import { sanityLines } from './sanity.ts';
import { datasetFixture } from './study.test-support.ts';
import type { DatasetResults } from './study.ts';

const plain = datasetFixture('phantom', 'Phantoms', ['a', 'b']);

test('a healthy study has no line', () => {
  expect(sanityLines(plain)).toEqual([]);
});

const withGain = (metric: string, low: number, high: number): DatasetResults => ({
  ...plain,
  evaluation: {
    ...plain.evaluation,
    probes: plain.evaluation.probes.slice(0, 1).map((probe) => ({
      ...probe,
      fineTuningGain: { [metric]: { mean: (low + high) / 2, low, high } },
    })),
  },
});

test('a probe that beats fine-tuning is named with its interval and the remedies in order', () => {
  const [line] = sanityLines(withGain('balancedAccuracy', -0.06, -0.01));
  expect(line).toContain('M1: a nearest-neighbor probe of the same start beats fine-tuning');
  expect(line).toContain('balanced accuracy −0.035 [−0.060, −0.010]');
  expect(line!.indexOf('learning rate is too high')).toBeLessThan(line!.indexOf('augmentation too strong'));
  expect(line!.indexOf('augmentation too strong')).toBeLessThan(line!.indexOf('under-trained'));
  expect(sanityLines(withGain('loss', 0.1, 0.3))).toHaveLength(1);
});

test('a probe that only may be better, or is worse, is not named', () => {
  expect(sanityLines(withGain('balancedAccuracy', -0.06, 0.01))).toEqual([]);
  expect(sanityLines(withGain('balancedAccuracy', 0.01, 0.06))).toEqual([]);
  expect(sanityLines(withGain('loss', -0.3, -0.1))).toEqual([]);
});

test('a probe that is ahead by more than .03, and by more than seeds differ, is named as perhaps chance', () => {
  const [line] = sanityLines(withGain('balancedAccuracy', -0.12, 0.01));
  expect(line).toMatch(/^M1: a nearest-neighbor probe .* is ahead of fine-tuning, perhaps by chance .*−0\.055/);
  expect(sanityLines(withGain('auc', -0.12, 0.01))).toHaveLength(1);
  expect(sanityLines(withSpread(withGain('balancedAccuracy', -0.12, 0.01), 0.06))).toEqual([]);
});

/** Trainings of each model that differ so much in every metric. */
const withSpread = (dataset: DatasetResults, sd: number): DatasetResults => ({
  ...dataset,
  evaluation: {
    ...dataset.evaluation,
    models: dataset.evaluation.models.map((model) => ({
      ...model,
      summary: {
        ...model.summary,
        test: Object.fromEntries(Object.entries(model.summary.test).map(([name, value]) => [name, { ...value, sd }])),
      },
    })),
  },
});

/** Every last epoch with these values. */
const ending = (loss: number, accuracy: number, auc: number): DatasetResults => ({
  ...plain,
  fineTuning: plain.fineTuning.map((run) => ({
    ...run,
    epochs: run.epochs.map((epoch) => ({
      ...epoch,
      train: { ...epoch.train, loss },
      validation: { ...epoch.validation, accuracy, auc },
    })),
  })),
});

test('a training loss near that of class frequencies is no learning', () => {
  // 90 and 78 images in each part: frequencies cost 0.691.
  expect(sanityLines(ending(0.68, 0.7, 0.7))).toEqual([expect.stringContaining('not clearly below 0.691')]);
  expect(sanityLines(ending(0.5, 0.7, 0.7))).toEqual([]);
});

test('validation at its ceiling cannot rank trainings', () => {
  for (const [accuracy, auc] of [
    [1, 0.99],
    [0.97, 0.999],
  ] as const)
    expect(sanityLines(ending(0.3, accuracy, auc))).toEqual([expect.stringContaining('Validation at its ceiling')]);
});

test('a transfer start that has not learned its own task is said, and an unknown one is not', () => {
  const withAuc = (auc: number | null) => sanityLines({ ...plain, transferTraining: { name: 'fractal', auc } });
  expect(withAuc(0.52)).toEqual([expect.stringContaining('fractal has not learned its own task: validation AUC 0.52')]);
  expect(withAuc(0.8)).toEqual([]);
  expect(withAuc(null)).toEqual([]);
});

test('warnings of trials are passed on with the model', () => {
  const trials = plain.trials.map((tried, i) =>
    i === 0 ? { ...tried, warnings: ['the highest value was chosen.'] } : tried,
  );
  expect(sanityLines({ ...plain, trials })).toEqual(['M1: the highest value was chosen.']);
  const all = plain.trials.map((tried) => ({ ...tried, warnings: ['the highest value was chosen.'] }));
  expect(sanityLines({ ...plain, trials: all })).toEqual(['M1, M2, M3 and M4: the highest value was chosen.']);
});

test('another class balance of the test part is said, and chance is not', () => {
  const withCounts = (byClass: readonly number[]): DatasetResults => ({
    ...plain,
    evaluation: {
      ...plain.evaluation,
      counts: {
        ...plain.evaluation.counts,
        test: { images: byClass.reduce((a, b) => a + b), groups: 80, byClass },
      },
    },
  });
  const said = (dataset: DatasetResults) => caveatsOf(dataset, []).filter((line) => line.includes('class balance'));
  expect(said(withCounts([90, 78]))).toEqual([]);
  expect(said(withCounts([84, 84]))).toEqual([]);
  expect(said(withCounts([140, 28]))).toEqual([expect.stringContaining('(a: 83 % against 54 %)')]);
});

test('layers that a weights file lacks are said', () => {
  const execution = {
    ...{ id: 'imagenet', stage: 'imagenet', fingerprint: '', code: '', params: {}, reads: [], seconds: 1 },
    ...{ notes: { layersDrawnAtRandom: ['layer4'] }, peakMemoryBytes: null, audit: null },
  };
  expect(caveatsOf(plain, [execution]).join(' ')).toContain('lacks layer4: these layers are random');
});
