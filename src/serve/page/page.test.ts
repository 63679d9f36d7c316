import { expect, test } from 'vitest';
import type { InstanceState } from '../state.ts';
import { axisOf, scaleOf } from './axis-ticks.ts';
import { curvePanels } from './curve-panels.ts';
import { speedOf } from './speed.ts';
import { countOf, countText } from './stage-counts.ts';
import { duration, number } from './words.ts';

const instance = (id: string, more: Partial<InstanceState> = {}): InstanceState => ({
  ...{ study: 0, id, stage: id.split(':')[0] ?? '', axes: {}, status: 'waiting' },
  ...more,
});
const progress = (done: number, total: number) => ({ done, total, at: 10_000, first: { done: 10, at: 5000 } });

test('speed is measured since the first report, because that includes the work before a checkpoint', () => {
  const running = instance('a', { status: 'running', started: 0, progress: progress(30, 100) });
  expect(speedOf(running, 12_000)).toEqual({ share: 0.3, rate: 4, secondsLeft: 70 / 4 - 2 });
  expect(speedOf({ ...running, progress: progress(10, 100) }, 12_000)).toEqual({ share: 0.1 });
});

test('without a total, the duration of an earlier execution counts, as long as it is not over', () => {
  const running = instance('a', { status: 'running', started: 0, expectedSeconds: 20 });
  expect(speedOf(running, 5000)).toEqual({ share: 0.25, secondsLeft: 15 });
  expect(speedOf(running, 21_000)).toEqual({});
  expect(speedOf(instance('a', { started: 0 }), 5000)).toEqual({});
});

test('a box fills by results and by the parts of running instances that are done', () => {
  const members = [
    instance('a:seed=0', { status: 'done' }),
    instance('a:seed=1', { status: 'running', started: 0, progress: progress(50, 100) }),
    instance('a:seed=2', { status: 'killed' }),
    instance('a:seed=3'),
  ];
  const counts = countOf(members, 10_000);
  expect(counts.fill).toEqual({ done: 0.25, running: 0.125, failed: 0.25 });
  expect(countText(counts)).toBe('1 of 4 done, 1 running, 1 not finished');
  expect(countText(countOf([instance('a', { status: 'done' })], 0))).toBe('done');
});

test('seeds are lines of one group with their mean; the other axes tell groups apart', () => {
  const instances = ['random', 'imagenet'].flatMap((start) =>
    [0, 1].map((seed) => instance(`finetune:seed=${seed},start=${start}`, { axes: { seed, start } })),
  );
  const series = instances.flatMap(({ id, axes }) =>
    ['learningRate', 'train/loss', 'validation/auc'].map((metric) => ({
      ...{ study: 0, instance: id, metric },
      points: axes.seed === 0 ? ([[1, 2], [2, 4]] as const) : ([[1, 4]] as const), // prettier-ignore
    })),
  );
  const panels = curvePanels(['finetune'], instances, series);
  expect(panels.map(({ metric }) => metric)).toEqual(['validation/auc', 'train/loss', 'learningRate']);
  expect(panels[0]?.groups.map(({ name, mean, seeds }) => [name, mean, seeds.length])).toEqual([
    ['random', [[1, 3], [2, 4]], 2],
    ['imagenet', [[1, 3], [2, 4]], 2],
  ]); // prettier-ignore
});

test('an axis covers its values, also one value, and marks epochs by whole numbers', () => {
  expect(axisOf([1, 3], 6, true)).toEqual({ low: 1, high: 3, ticks: [1, 2, 3] });
  const alone = axisOf([5], 4);
  expect(scaleOf(alone, [0, 100])(5)).toBe(50);
  expect(axisOf([], 4).ticks).toHaveLength(2);
});

test('numbers and times are short', () => {
  expect([0, 0.123456, 12345.6, 1e-7].map(number)).toEqual(['0', '0.1235', '12350', '1.00e-7']);
  expect([3.14, 42, 296, 3725].map(duration)).toEqual(['3.1 s', '42 s', '4 min 56 s', '1 h 02 min']);
});
