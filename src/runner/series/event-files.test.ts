import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EventFileWriter } from './event-files.ts';
import { eventsIn, scalarsIn } from './read-event-file.test-support.ts';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { MetricPoint } from './series-file.ts';

const FINGERPRINT = 'abcdef123456'.padEnd(64, '0') as Fingerprint;

function board() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'board-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const warnings: string[] = [];
  const series = path.join(folder, 'series.jsonl');
  const writer = (time: string) =>
    new EventFileWriter(
      path.join(folder, 'board'),
      {
        instance: 'train:seed=0' as InstanceId,
        fingerprint: FINGERPRINT,
        log: path.join(folder, `logs/${time}-abcdef123456-00-1.log`),
        series,
      },
      (message) => warnings.push(message),
    );
  const runs = (): string[] => {
    const parent = path.join(folder, 'board/train@seed=0');
    return readdirSync(parent).map((name) => path.join(parent, name));
  };
  const filesOf = (run = ''): Buffer[] =>
    readdirSync(run)
      .sort()
      .map((name) => readFileSync(path.join(run, name)));
  return { folder, series, warnings, writer, runs, filesOf };
}

const session = (resumed: boolean) => ({ session: '2026-01-01T00:00:00.000Z', attempt: 1, resumed });
const loss = (step: number | undefined, value: number | null): MetricPoint => ({
  name: 'loss',
  value,
  ...(step !== undefined && { step }),
  time: 1500,
});

test('a file begins with its version, and has an event for each scalar', () => {
  const { writer, runs, filesOf } = board();
  const events = writer('20260101T000000000Z');
  events.begin(session(false));
  for (const point of [loss(3, 0.1), loss(4, 1e6), loss(5, -2)]) events.add(point);
  events.close();
  expect(runs().map((run) => path.basename(run))).toEqual(['20260101T000000000Z-abcdef123456-00']);
  const [file = Buffer.alloc(0)] = filesOf(runs()[0]);
  expect(eventsIn(file)[0]).toMatchObject({ time: 1.5, version: 'brain.Event:1' });
  expect(scalarsIn(file)).toEqual([
    { tag: 'loss', step: 3, time: 1.5, value: Math.fround(0.1) },
    { tag: 'loss', step: 4, time: 1.5, value: 1e6 },
    { tag: 'loss', step: 5, time: 1.5, value: -2 },
  ]);
});

test('null is NaN, text is no scalar, and values without a step are numbered', () => {
  const { writer, runs, filesOf } = board();
  const events = writer('20260101T000000000Z');
  events.begin(session(false));
  for (const point of [loss(undefined, 1), { name: 'note', value: 'x', time: 1 }, loss(undefined, null), loss(2.9, 5)])
    events.add(point);
  events.close();
  const scalars = scalarsIn(filesOf(runs()[0])[0] ?? Buffer.alloc(0));
  expect(scalars.map(({ step, value }) => [step, value])).toEqual([
    [0, 1],
    [1, NaN],
    [2, 5],
  ]);
});

test('an attempt that resumes adds a file to the same folder; one that begins anew has a folder of its own', async () => {
  const { writer, runs, filesOf, series } = board();
  for (const [i, resumed] of [false, true, false].entries()) {
    const events = writer(`2026010${i + 1}T000000000Z`);
    events.begin(session(resumed));
    events.add(loss(5 - i, i));
    events.close();
    writeFileSync(series, `${JSON.stringify(loss(5 - i, i))}\n`);
    await new Promise((resolve) => setTimeout(resolve, 2)); // file names have milliseconds
  }
  expect(runs().map((run) => filesOf(run).length)).toEqual([2, 1]);
  const [first, second] = filesOf(runs()[0]).map((file) => eventsIn(file)[0]?.step);
  expect([first, second], 'the step of the version is the last one before it').toEqual([0, 5]);
});

test('an attempt that resumes without a folder begins with the values before it', () => {
  const { writer, runs, filesOf, series } = board();
  writeFileSync(series, `${JSON.stringify(loss(undefined, 7))}\n`);
  const events = writer('20260101T000000000Z');
  events.begin(session(true));
  events.add(loss(undefined, 8));
  events.close();
  const scalars = scalarsIn(filesOf(runs()[0])[0] ?? Buffer.alloc(0));
  expect(scalars.map(({ step, value }) => [step, value])).toEqual([
    [0, 7],
    [1, 8],
  ]);
});

test('a folder that cannot be written is told once', () => {
  const { folder, writer, warnings } = board();
  mkdirSync(path.join(folder, 'board'));
  writeFileSync(path.join(folder, 'board/train@seed=0'), 'in the way');
  const events = writer('20260101T000000000Z');
  events.begin(session(false));
  events.add(loss(0, 1));
  events.add(loss(1, 1));
  events.close();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^its event file for TensorBoard is not written: /);
});
