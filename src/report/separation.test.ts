import { expect, test } from 'vitest';
import { separation } from './separation.ts';

test('two clouds apart are told apart wholly, two that alternate not at all', () => {
  expect(
    separation(
      [
        [0, 0],
        [0, 1],
        [9, 9],
        [9, 8],
      ],
      [0, 0, 1, 1],
    ),
  ).toBe(1);
  expect(
    separation(
      [
        [0, 0],
        [0, 1],
        [9, 9],
        [9, 8],
      ],
      [0, 1, 0, 1],
    ),
  ).toBe(0);
});

test('it counts points, so that one astray costs its share; of equally near ones the first counts', () => {
  expect(
    separation(
      [
        [0, 0],
        [1, 0],
        [2, 0],
        [10, 0],
        [11, 0],
      ],
      [0, 0, 1, 1, 1],
    ),
  ).toBe(4 / 5);
});

test('one point has no neighbor, and two in one place have each other', () => {
  expect(separation([[0, 0]], [0])).toBeNull();
  expect(
    separation(
      [
        [3, 3],
        [3, 3],
      ],
      [1, 1],
    ),
  ).toBe(1);
});
