import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { parsePoints, parseSeries } from './read-series.ts';
import { seriesFile, SeriesWriter, type MetricPoint } from './series-file.ts';

const FINGERPRINT = 'ab'.repeat(32);

function place(): { folder: string; file: string; text: () => string; writer: () => SeriesWriter; warnings: string[] } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'series-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = seriesFile(folder, FINGERPRINT);
  const warnings: string[] = [];
  const writer = (): SeriesWriter => new SeriesWriter(file, (message) => warnings.push(message));
  return { folder, file, warnings, writer, text: () => readFileSync(file, 'utf8') };
}

const session = (attempt: number, resumed: boolean) => ({ session: '2026-01-01T00:00:00.000Z', attempt, resumed });
const loss = (step: number, value: number, time = step): MetricPoint => ({ name: 'loss', value, step, time });
const values = (text: string, name = 'loss') =>
  parseSeries(text)
    .get(name)
    ?.map(({ value }) => value) ?? [];
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

test('what is reported in one turn is written at its end, and is there before the writer is closed', async () => {
  const { writer, text, file } = place();
  const series = writer();
  series.begin(session(1, false));
  for (let step = 0; step < 1000; step++) series.add(loss(step, step / 7));
  expect(() => readFileSync(file)).toThrow('ENOENT');
  await turn();
  expect(values(text())).toEqual(Array.from({ length: 1000 }, (_, step) => step / 7));
  series.close();
  expect(text().split('\n')).toHaveLength(1002);
});

test('an execution that reports nothing leaves no file', () => {
  const { writer, file } = place();
  const series = writer();
  series.begin(session(1, false));
  series.close();
  expect(() => readFileSync(file)).toThrow('ENOENT');
});

test('a line that a killed runner left cut spoils no other', () => {
  const { writer, file, text } = place();
  const first = writer();
  first.begin(session(1, false));
  first.add(loss(0, 1));
  first.close();
  appendFileSync(file, '{"name":"loss","val');
  const second = writer();
  second.begin(session(2, true));
  second.add(loss(1, 2));
  second.close();
  expect(values(text())).toEqual([1, 2]);
});

test('a series cut at any byte has the points before the cut', () => {
  const whole = line(session(1, false)) + [0, 1, 2].map((step) => line(loss(step, step))).join('');
  const ends = [...whole.matchAll(/\n/g)].map(({ index }) => index);
  for (let bytes = 0; bytes <= whole.length; bytes++) {
    const complete = ends.filter((end) => bytes >= end).length - 1; // the first line is no point
    expect(values(whole.slice(0, bytes))).toEqual([0, 1, 2].slice(0, Math.max(0, complete)));
  }
});

test('an attempt that begins anew voids the points before it', () => {
  const { writer, text } = place();
  for (const value of [1, 2]) {
    const series = writer();
    series.begin(session(value, false));
    series.add(loss(0, value));
    series.close();
  }
  expect(values(text())).toEqual([2]);
  expect(text()).not.toContain('"attempt":1');
});

test('an attempt that resumes takes back the steps since its checkpoint, metric by metric', () => {
  const text = [
    session(1, false),
    loss(100, 1),
    { name: 'accuracy', value: 0.1, step: 1, time: 1 },
    loss(200, 2),
    loss(300, 3),
    { name: 'accuracy', value: 0.3, step: 3, time: 1 },
    session(2, true),
    loss(200, 22),
    { name: 'accuracy', value: 0.2, step: 2, time: 2 },
    loss(300, 33),
    session(2, true),
    loss(300, 333),
  ]
    .map(line)
    .join('');
  expect(values(text)).toEqual([1, 22, 333]);
  expect(values(text, 'accuracy')).toEqual([0.1, 0.2]);
});

test('a value without a step counts once, though its message is read again', () => {
  const note = { name: 'note', value: 'x', time: 5 };
  expect(parsePoints([session(1, false), note, note, session(1, true), note].map(line).join(''))).toEqual([note, note]);
});

test('two values of one step in one attempt are both kept', () => {
  expect(values([session(1, false), loss(1, 1), loss(1, 2)].map(line).join(''))).toEqual([1, 2]);
});

test('an attempt that begins anew makes the points before it void', () => {
  expect(values([session(1, false), loss(1, 1), session(2, false), loss(5, 2)].map(line).join(''))).toEqual([2]);
});

test('lines that are no points are skipped', () => {
  const strange = ['null', '7', '[]', '{"name":1}', '{"name":"loss","value":1}', '{"name":"loss","step":1,"time":1}'];
  expect(parsePoints(`${strange.join('\n')}\n${line(loss(1, 4))}`)).toEqual([loss(1, 4)]);
});

test('a file that cannot be written is told once, and the stage goes on', async () => {
  const { folder, writer, warnings } = place();
  writeFileSync(path.join(folder, 'metrics'), 'a file in the way');
  const series = writer();
  series.begin(session(1, true));
  for (const step of [1, 2]) {
    series.add(loss(step, step));
    await turn();
  }
  series.close();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^the series of its metrics is not kept: /);
});

test('the points of an interrupted attempt are read back by the next one', () => {
  const { writer, file, text } = place();
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, line(session(1, false)) + line(loss(0, 1)));
  const series = writer();
  series.begin(session(2, true));
  series.begin(session(2, true)); // its job began again before it reported anything
  series.add(loss(1, 2));
  series.close();
  expect(values(text())).toEqual([1, 2]);
});
