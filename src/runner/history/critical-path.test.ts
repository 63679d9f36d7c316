import { expect, test } from 'vitest';
import { criticalPath } from './critical-path.ts';
import type { PastInstance, PastRun } from '../../formats/past-run.ts';

const instance = (id: string, reads: readonly string[], start?: number, seconds = 1): PastInstance =>
  ({
    id,
    reads,
    ...(start !== undefined && {
      execution: { lane: 0, resources: {}, attempts: [{ start, seconds, resumed: false }] },
    }),
  }) as unknown as PastInstance;
const pathOf = (...instances: readonly PastInstance[]): string[] =>
  criticalPath({ instances } as unknown as PastRun).map(({ id }) => id);

test('the path goes back from what ended last by the producers that ended last', () => {
  expect(
    pathOf(
      instance('a', [], 0, 2),
      instance('b', [], 0, 5),
      instance('c', ['a', 'b'], 5, 1),
      instance('d', ['a'], 2, 1),
    ),
  ).toEqual(['b', 'c']);
});

test('what was fresh takes no time itself and passes on whom it waited for', () => {
  expect(pathOf(instance('a', [], 0, 2), instance('fresh', ['a']), instance('c', ['fresh'], 2, 1))).toEqual(['a', 'c']);
});

test('where nothing was executed there is no path', () => {
  expect(pathOf(instance('a', []))).toEqual([]);
});
