import { expect, test } from 'vitest';
import { sizeOf } from '../host-tensor.ts';
import { arrange, rearrangeValues, type Layout } from './layout.ts';

const counted = (shape: readonly number[]): Float32Array => Float32Array.from({ length: sizeOf(shape) }, (_, i) => i);

test.each<[Layout, number[]]>([
  ['plain', [2, 3, 4, 5]],
  ['channels-first', [2, 3, 4, 5]],
  ['blocked', [2, 3, 5, 8]],
  ['filter', [3, 2, 4, 5]],
  ['filter-by-input', [3, 2, 8, 12]],
  ['filter-by-output', [3, 2, 8, 12]],
  ['filter-of-few', [3, 2, 3, 8]],
])('%s and back is where it began', (layout, shape) => {
  const arrangement = arrange(layout, shape, 4);
  const values = counted(shape);
  expect(sizeOf(arrangement.declared)).toBe(sizeOf(shape));
  expect(rearrangeValues(rearrangeValues(values, arrangement, 'into'), arrangement, 'out of')).toEqual(values);
});

test('channels first is a transposition', () => {
  // [1, 1, 2, 3]: two pixels of three channels
  expect([...rearrangeValues(counted([1, 1, 2, 3]), arrange('channels-first', [1, 1, 2, 3], 1), 'into')]).toEqual([
    0, 3, 1, 4, 2, 5,
  ]);
});

test('blocked images hold all pixels of the first channels, then all of the next', () => {
  // [1, 1, 2, 4] in blocks of two
  expect([...rearrangeValues(counted([1, 1, 2, 4]), arrange('blocked', [1, 1, 2, 4], 2), 'into')]).toEqual([
    0, 1, 4, 5, 2, 3, 6, 7,
  ]);
});

test('blocked filters hold blocks of inputs by outputs', () => {
  // [1, 1, 4 in, 4 out], value 4 in + out; blocks of two by two
  const byInput = [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15];
  const byOutput = [0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15];
  expect([...rearrangeValues(counted([1, 1, 4, 4]), arrange('filter-by-input', [1, 1, 4, 4], 2), 'into')]).toEqual(
    byInput,
  );
  expect([...rearrangeValues(counted([1, 1, 4, 4]), arrange('filter-by-output', [1, 1, 4, 4], 2), 'into')]).toEqual(
    byOutput,
  );
});
