import { expect, test } from 'vitest';
import { studyFixture } from './study.test-support.ts';
import { stageGraph } from './stage-graph.ts';
import type { Execution } from './study.ts';

const template = studyFixture().provenance[0]!;
const execution = (id: string, reads: readonly string[]): Execution => ({
  ...template,
  id,
  stage: id.split(':')[0]!,
  reads,
  seconds: 2,
});

test('executions fold into stages, producers first, whatever order the first of each came in', () => {
  const { nodes, edges } = stageGraph([
    execution('b:1', ['data.csv']),
    execution('a:1', []),
    execution('b:2', ['a:1', 'b:1']),
    execution('c', ['b:2', 'a:1']),
  ]);
  expect(nodes).toEqual([
    { name: 'a', executions: 1, seconds: 2, reads: [] },
    { name: 'b', executions: 2, seconds: 4, reads: ['a'] },
    { name: 'c', executions: 1, seconds: 2, reads: ['a', 'b'] },
  ]);
  expect(edges).toEqual([
    { from: 'a', to: 'b' },
    { from: 'a', to: 'c' },
    { from: 'b', to: 'c' },
  ]);
});

test('stages that read each other cannot be drawn, and that is said', () => {
  expect(() => stageGraph([execution('a', ['b']), execution('b', ['a'])])).toThrow('in a circle');
});
