import { expect, test } from 'vitest';
import { studyFixture } from './study.test-support.ts';
import { stageCosts } from './stage-costs.ts';
import type { Execution } from './study.ts';

const template: Execution = { ...studyFixture().provenance[0]!, notes: {}, audit: null, peakMemoryBytes: null };

test('time is summed over the executions of a stage, memory is that of the greatest, engines are named once', () => {
  const costs = stageCosts([
    { ...template, stage: 'finetune', seconds: 2, peakMemoryBytes: 300, notes: { engine: 'a 1' } },
    { ...template, stage: 'evaluate', seconds: 1 },
    { ...template, stage: 'finetune', seconds: 3, peakMemoryBytes: 500, notes: { engine: 'b 2' } },
    { ...template, stage: 'finetune', seconds: 4, notes: { engine: 'a 1' } },
  ]);
  expect(costs).toEqual([
    { stage: 'finetune', executions: 3, seconds: 9, peakMemoryBytes: 500, engines: ['a 1', 'b 2'], audits: [] },
    { stage: 'evaluate', executions: 1, seconds: 1, peakMemoryBytes: null, engines: [], audits: [] },
  ]);
});

test('verdicts of repeated executions are counted by their words, and those that nobody repeated are left out', () => {
  const verdict = (audit: Execution['audit']): Execution => ({ ...template, stage: 'finetune', audit });
  const [cost] = stageCosts([
    verdict({ verdict: 'identical', tolerance: 0 }),
    verdict(null),
    verdict({ verdict: 'within', tolerance: 1e-6 }),
    verdict({ verdict: 'identical', tolerance: 1e-6 }),
    verdict({ verdict: 'different', tolerance: 0 }),
  ]);
  expect(cost!.audits).toEqual([
    { words: 'the same bytes', executions: 2 },
    { words: 'numbers within 0.000001', executions: 1 },
    { words: 'DIFFERENT numbers', executions: 1 },
  ]);
});
