import { expect, test } from 'vitest';
import type { TableRow } from '../table.ts';
import { maskedRows, pretrainingRows } from './split-rows.ts';

const row = (index: number, group: string, mask?: 'none'): TableRow => ({
  ...{ index, image: `${index}.png`, label: index % 2 === 0 ? 'nevus' : 'melanoma', group, split: '' },
  ...(mask && { facts: { mask } }),
});
const table = [row(0, 'a'), row(1, 'b'), row(2, 'c'), row(3, 'b', 'none'), row(4, 'd', 'none'), row(5, 'e', 'none')];

test('rows with a mask are of one class', () => {
  expect(maskedRows(table).map(({ index, label }) => [index, label])).toEqual([
    [0, 'image'],
    [1, 'image'],
    [2, 'image'],
  ]);
});

test('pre-training sees no image whose group or copy validates or tests', () => {
  const split = { train: [0], validation: [2], test: [1], labelFractions: [1] };
  expect(pretrainingRows(table, split, [])).toEqual([4, 5]);
  expect(pretrainingRows(table, split, [[2, 4]])).toEqual([5]);
  expect(pretrainingRows(table, split, [[0, 4]])).toEqual([4, 5]);
});
