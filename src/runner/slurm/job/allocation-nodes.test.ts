import { expect, test } from 'vitest';
import { AllocationNodes } from './allocation-nodes.ts';

const share = { cpu: 3, memory: 0, gpu: 1 };

test('a share is taken from one node, and given back', () => {
  const nodes = new AllocationNodes(['n1', 'n2'], { nodes: 2, cpu: 4, memory: undefined, gpu: 1 });
  expect([nodes.take(share), nodes.take(share), nodes.take(share)]).toEqual(['n1', 'n2', undefined]);
  expect(nodes.take({ cpu: 1, memory: 1, gpu: 0 })).toBe('n1');
  nodes.giveBack('n2', share);
  expect(nodes.take(share)).toBe('n2');
});
