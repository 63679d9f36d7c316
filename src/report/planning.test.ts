import { expect, test } from 'vitest';
import { planningOf, planningSentences } from './planning.ts';
import { datasetFixture } from './study.test-support.ts';
import type { Execution } from './study.ts';

const plain = datasetFixture('phantom', 'Phantoms', ['a', 'b']);

const execution = (id: string, seconds: number): Execution => ({
  ...{ id, stage: 'x', fingerprint: '', code: '', params: {}, reads: [], notes: {}, seconds },
  ...{ peakMemoryBytes: null, audit: null },
});

const PROVENANCE = [
  execution('finetune:dataset=phantom,start=random,seed=0', 1800),
  execution('finetune:dataset=phantom,start=random,seed=1', 1800),
  execution('finetune:dataset=phantom,start=random,seed=2', 1800),
  execution('finetune:dataset=other,start=random,seed=0', 9999),
  execution('transfer', 9999),
];

test('hours are those of all models for one seed of this data set', () => {
  const planning = planningOf(plain, 'accuracy', PROVENANCE);
  expect(planning).toMatchObject({ metric: 'accuracy', delta: 0.02, hoursPerSeed: 0.5 });
  expect(planning.contrasts[0]).toMatchObject({ model: 'M2', against: 'M1', seeds: 14, groups: 2100, hours: 7 });
});

test('a sentence names what is told, the seeds, the hours and the test groups', () => {
  expect(planningSentences(planningOf(plain, 'accuracy', PROVENANCE))[0]).toBe(
    'M2 − M1: this study tells a difference in accuracy of 0.061. To tell 0.020, you need about 14 seeds (7.0 h here), ' +
      'or about 2\u202f100 test groups (patients or lesions).',
  );
});

test('a way that no number opens is said, and a metric without a plan has none', () => {
  expect(planningSentences(planningOf(plain, 'auc', PROVENANCE))[0]).toContain(
    'about 14 seeds (7.0 h here); no number of groups is enough.',
  );
  expect(planningSentences(planningOf(plain, 'loss', PROVENANCE))).toEqual([]);
});
