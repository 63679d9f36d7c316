import { expect, test } from 'vitest';
import { knnProbe } from './knn-probe.ts';

const rows = (...list: number[][]) => Float32Array.from(list.flat());

test('the direction decides, not the length', () => {
  const bank = { features: rows([10, 0], [0, 0.1]), labels: [0, 1] };
  expect(knnProbe(bank, { features: rows([0.01, 0.002], [3, 50]), labels: [0, 1] })).toBe(1);
});

test('every class counts the same, however many ask', () => {
  const bank = { features: rows([1, 0], [0, 1]), labels: [0, 1] };
  // Three of class 0 are found, the one of class 1 is not.
  expect(knnProbe(bank, { features: rows([1, 0], [1, 0], [1, 0], [1, 0]), labels: [0, 0, 0, 1] })).toBe(0.5);
});

test('near neighbors outweigh many far ones', () => {
  // exp(1 / 0.1) for one against 3 exp(0 / 0.1).
  const bank = { features: rows([1, 0], [0, 1], [0, 1], [0, -1]), labels: [0, 1, 1, 1] };
  expect(knnProbe(bank, { features: rows([1, 0]), labels: [0] })).toBe(1);
});

test('only the twenty nearest vote', () => {
  // 21 of class 1 just outside the 20 of class 0 would win by number.
  const near = Array.from({ length: 20 }, () => [1, 0.1]);
  const far = Array.from({ length: 400 }, () => [1, 0.2]);
  const bank = { features: rows(...near, ...far), labels: [...near.map(() => 0), ...far.map(() => 1)] };
  expect(knnProbe(bank, { features: rows([1, 0]), labels: [0] })).toBe(1);
});

test('features of length zero are no neighbors of anything, and nothing breaks', () => {
  const bank = { features: rows([0, 0], [1, 0]), labels: [1, 0] };
  expect(knnProbe(bank, { features: rows([1, 0]), labels: [0] })).toBe(1);
});
