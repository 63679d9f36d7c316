import { expect, test } from 'vitest';
import { random } from '../util/random.ts';
import { KnownState } from './page/known-state.ts';
import { Series } from './series.ts';
import { VersionedParts } from './versioned-parts.ts';

const news = (text: string) => ({ at: 0, tone: 'plain', text }) as const;
const head = { study: 0, instance: 'a', metric: 'loss' };

test('a reader is told what has changed since its version, and what is gone', () => {
  const parts = new VersionedParts();
  parts.set('news/1', news('one'));
  parts.set('news/2', news('two'));
  const version = parts.version;
  parts.set('news/1', news('one')); // equal
  expect(parts.since(version)).toEqual({});
  parts.set('news/2', news('zwei'));
  parts.drop('news/1');
  parts.drop('news/7');
  expect(parts.since(version)).toEqual({ 'news/1': null, 'news/2': news('zwei') });
  expect(parts.since(0)).toEqual({ 'news/2': news('zwei') });
});

test('a series is continued; a step that comes again takes the place of all from there on', () => {
  const parts = new VersionedParts();
  const series = new Series();
  parts.addSeries('series/0/a/loss', series, head);
  series.add(1, 10, parts.grow());
  series.add(2, 20, parts.grow());
  const version = parts.version;
  series.add(3, 30, parts.grow());
  expect(parts.since(version)).toEqual({ 'series/0/a/loss': { ...head, from: 2, points: [[3, 30]] } });
  series.add(2, 21, parts.grow());
  const whole = { ...head, from: 0, points: [[1, 10], [2, 21]] }; // prettier-ignore
  expect(parts.since(version)).toEqual({ 'series/0/a/loss': whole });
  expect(parts.since(parts.version)).toEqual({});
  series.add(2, 22, parts.grow());
  expect(series.since(0)?.points).toEqual([[1, 10], [2, 22]]); // prettier-ignore
});

test('a long series is thinned out evenly', () => {
  const series = new Series();
  for (let step = 1; step <= 100_000; step++) series.add(step, step, step);
  const { points } = series.since(0)!;
  expect(points.length).toBeGreaterThan(300);
  expect(points.length).toBeLessThanOrEqual(600);
  const gaps = new Set(points.slice(1).map(([step], i) => step - points[i]![0]));
  expect([...gaps]).toHaveLength(1);
});

test('a reader that hears only some of the updates knows the same as one that hears all', () => {
  const source = random('versioned-parts');
  const draw = (): number => source.uniform();
  const parts = new VersionedParts();
  const series = [0, 1, 2].map((number) => {
    const each = new Series();
    parts.addSeries(`series/0/a/${number}`, each, { ...head, metric: String(number) });
    return each;
  });
  const readers = [1, 3, 7].map((every) => ({ every, version: 0, known: new KnownState() }));
  for (let turn = 1; turn <= 2000; turn++) {
    const which = source.integer(3);
    const chance = draw();
    if (chance < 0.6) series[which]!.add(Math.ceil(draw() < 0.05 ? turn / 2 : turn), draw(), parts.grow());
    else if (chance < 0.62) series[which]!.clear(parts.grow());
    else if (chance < 0.9) parts.set(`news/${which}`, news(String(turn)));
    else parts.drop(`news/${which}`);
    for (const reader of readers) {
      if (turn % reader.every !== 0 && turn !== 2000) continue;
      const kind = reader.version === 0 ? 'state' : 'change';
      reader.known.apply(kind, { now: 0, parts: parts.since(reader.version) });
      reader.version = parts.version;
    }
  }
  const [all, ...others] = readers.map(({ known }) => [known.news, new Map([...known.series].sort())]);
  for (const other of others) expect(other).toEqual(all);
});
