import { describe, expect, test } from 'vitest';
import { demandOf, NoGpuError, noticesOf, requireGpus } from './demand.ts';
import type { Machine } from './machine.ts';
import { Slots } from './slots.ts';

const machine = (gpus: number): Machine => ({ cpus: 8, memoryBytes: 1000, gpus: Array.from({ length: gpus }, (_, i) => ({ uuid: `GPU-${i}`, name: 'H200' })) });
const asking = (resources: Readonly<Record<string, number>>, stage = 'train') => ({ stage, resources });

test('who asks for nothing gets one processor', () => {
  expect(demandOf(asking({}), machine(0))).toEqual({ cpu: 1, jobs: 1 });
});

test('who asks for a GPU where there is none gets all processors in its place', () => {
  expect(demandOf(asking({ gpu: 1, cpu: 2 }), machine(0))).toEqual({ gpu: 1, cpu: 8, jobs: 1 });
  expect(demandOf(asking({ gpu: 1, cpu: 2 }), machine(1))).toEqual({ gpu: 1, cpu: 2, jobs: 1 });
});

test('a wish beyond the machine is cut to the machine; a name of the user’s is one slot', () => {
  expect(demandOf(asking({ cpu: 99, memory: 5000, gpu: 3, licence: 2 }), machine(2))).toEqual({ cpu: 8, memory: 1000, gpu: 2, licence: 1, jobs: 1 });
});

describe('before a run starts it is said', () => {
  test('which stages the processor stands in for', () => {
    expect(noticesOf([asking({ gpu: 1 }), asking({ gpu: 1 }), asking({}, 'split')], machine(0))).toEqual(['No GPU was found: the processor stands in for it in train, one instance at a time.']);
    expect(noticesOf([asking({ gpu: 1 })], machine(1))).toEqual([]);
  });

  test('which stages ask for more than there is', () => {
    expect(noticesOf([asking({ cpu: 9 }), asking({ gpu: 2 }, 'tune')], machine(1))).toEqual([
      'train: more processors asked for than there are; all 8 will be used.',
      'tune: more GPUs asked for than there are; all 1 will be used.',
    ]);
  });
});

test('where GPUs are required, fewer are refused', () => {
  expect(() => { requireGpus([asking({ gpu: 1 })], machine(0)); }).toThrow(new NoGpuError('train: asks for a GPU, and none was found by nvidia-smi.'));
  expect(() => { requireGpus([asking({ gpu: 2 })], machine(1)); }).toThrow(NoGpuError);
  requireGpus([asking({ gpu: 1 }), asking({})], machine(1));
});

test('tenths of a slot add up to one', () => {
  const slots = new Slots({ cpu: 1 });
  for (let i = 0; i < 10; i++) slots.take({ cpu: 0.1 });
  expect(slots.lacking({ cpu: 0.1 })).toEqual(['cpu']);
  for (let i = 0; i < 10; i++) slots.give({ cpu: 0.1 });
  expect(slots.lacking({ cpu: 1 })).toEqual([]);
});
