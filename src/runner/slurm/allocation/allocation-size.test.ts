import { expect, test } from 'vitest';
import { allocationSize } from './allocation-size.ts';

const GIB = 2 ** 30;
const instances = [
  { resources: { cpu: 2, memory: GIB } },
  { resources: { cpu: 4, gpu: 0.5, memory: 6 * GIB } },
  { resources: {} },
];

test('what is left open is as large as the largest instance', () => {
  expect(allocationSize({ nodes: 1 }, instances)).toEqual({ nodes: 1, cpu: 4, gpu: 1, memory: 6 * GIB });
});

test('memory suffices for the instances that have processors and cards at the same time', () => {
  expect(allocationSize({ nodes: 2, cpu: 16 }, instances)).toMatchObject({ nodes: 2, memory: 8 * GIB });
  expect(allocationSize({ nodes: 1, cpu: 16, gpu: 2 }, instances)).toMatchObject({ gpu: 2, memory: 12 * GIB });
});

test('each instance gets whole mebibytes, so that all of them fit', () => {
  const instance = { resources: { memory: 100_000_000 } };
  expect(allocationSize({ nodes: 1, cpu: 3 }, [instance]).memory).toBe(3 * 96 * 2 ** 20);
});

test('an amount of the settings counts, and memory that nobody asks for is that of the partition', () => {
  expect(allocationSize({ nodes: 1, memory: GIB }, instances).memory).toBe(GIB);
  expect(allocationSize({ nodes: 1 }, [{ resources: {} }])).toEqual({ nodes: 1, cpu: 1, gpu: 0, memory: undefined });
});
