import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { RunId } from '../../formats/past-run.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { digestOf } from '../../util/digest.ts';
import type { RunEvent } from '../event.ts';
import type { Plan, PlanEntry } from '../plan.ts';
import { judgeOwner } from '../store/owner.ts';
import { recordKeyOf } from '../store/record-file.ts';
import { eventsOf, journalFolder, ownerOf } from './journal-files.ts';
import { RunJournal } from './run-journal.ts';

const RUN = '20261123T120000000Z-1a2b3c4d' as RunId;
const id = 'a' as InstanceId;
const fingerprint = digestOf('a') as Fingerprint;

let store: string;
let faults: string[];
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 23, 12) });
  faults = [];
  store = mkdtempSync(path.join(os.tmpdir(), 'journal-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(store, { recursive: true });
});

const planned: RunEvent = {
  type: 'plan',
  plan: {
    pipeline: { root: '/p', file: '/p/pipelines/small.json', name: 'small' } as Plan['pipeline'],
    entries: [
      {
        instance: { id, stage: 'a', axes: {}, inputs: {} } as unknown as PlanEntry['instance'],
        verdict: { kind: 'run', reasons: [{ kind: 'never-run' }] },
        unpublished: [],
        expectedSeconds: 4,
      },
    ],
  },
};
const started: RunEvent = {
  type: 'started',
  ...{ id, fingerprint, attempt: 1, resumed: false, log: '/l', resources: { cpu: 1 } },
  reasons: Array.from({ length: 3000 }, (_, i) => ({ kind: 'input', input: 'x', path: `images/${i}` }) as const),
};
const progress = (done: number): RunEvent => ({ type: 'progress', id, done, total: 100 });

const open = (): RunJournal =>
  new RunJournal({
    ...{ storeFolder: store, run: RUN, targets: ['a'], now: Date.now },
    onFault: (message) => faults.push(message),
  });
const journal = (): string => path.join(journalFolder(store), RUN);
const lines = (): Record<string, unknown>[] =>
  readFileSync(eventsOf(journal()), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('the plan and every event are there a moment later, with few reasons, while the runner lives', () => {
  const written = open();
  written.handle(planned);
  written.handle(started);
  expect(lines()).toEqual([
    {
      ...{ v: 1, type: 'begun', run: RUN, host: os.hostname(), root: '/p', pipeline: 'pipelines/small.json' },
      ...{ name: 'small', targets: ['a'], time: '2026-11-23T12:00:00.000Z' },
      instances: [{ id: 'a', stage: 'a', axes: {}, verdict: 'run', reads: [], expectedSeconds: 4 }],
    },
    expect.objectContaining({ type: 'started' }),
  ]);
  expect(lines()[1]?.reasons).toHaveLength(5);
  expect(judgeOwner(ownerOf(journal()), Date.now).state).toBe('alive');
  written.handle({ type: 'metric', id, name: 'loss', value: 2, step: 1 }); // its series is a file of its own
  written.handle({ type: 'warning', id, message: 'hot' });
  vi.advanceTimersByTime(300);
  expect(lines()[2]).toMatchObject({ type: 'warning', message: 'hot' });
  expect(lines()).toHaveLength(3);
  written.close();
});

test('progress is written once a second, and before the end of its instance', () => {
  const written = open();
  for (const event of [planned, started]) written.handle(event);
  for (let done = 1; done <= 50; done++) {
    written.handle(progress(done));
    vi.advanceTimersByTime(40);
  }
  written.handle(progress(51));
  written.handle({ type: 'interrupted', id });
  written.close();
  const told = lines().slice(2);
  expect(told.at(-2)).toMatchObject({ type: 'progress', done: 51 });
  expect(told.at(-1)).toMatchObject({ type: 'interrupted' });
  expect(told.length).toBeLessThanOrEqual(5);
});

test('a day of progress is a journal of two megabytes at most, with a report in each ten seconds', () => {
  const written = open();
  for (const event of [planned, started]) written.handle(event);
  const report = { type: 'progress', id, total: 1e6, unit: 'images', note: 'epoch 17/200, augmented' } as const;
  for (let done = 1; done <= 86_400; done++) {
    written.handle({ ...report, done });
    vi.advanceTimersByTime(1000);
  }
  const times = lines()
    .slice(2)
    .map(({ time }) => Date.parse(time as string));
  written.close();
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  expect(Math.max(...gaps.slice(0, 300))).toBe(1000);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(11_000);
  expect(statSync(eventsOf(journal())).size).toBeLessThan(2e6);
});

test('a result is named, not repeated', () => {
  const written = open();
  const record = { fingerprint, outputs: {} } as unknown as RunRecord;
  for (const event of [planned, started]) written.handle(event);
  written.handle({ type: 'succeeded', id, seconds: 2, record });
  written.close();
  expect(lines().at(-1)).toEqual({
    ...{ type: 'succeeded', id: 'a', seconds: 2, time: '2026-11-23T12:00:00.000Z' },
    ...recordKeyOf(record),
  });
});

test('a run that finds nothing to do leaves nothing', () => {
  const written = open();
  written.handle(planned);
  written.handle({ type: 'fresh', id, fingerprint });
  written.close();
  expect(existsSync(journalFolder(store))).toBe(false);
});

test('ten journals are kept, and those of living runners', () => {
  const names = Array.from({ length: 12 }, (_, i) => `202601${String(i + 10)}T120000000Z-00000000`);
  for (const name of names) mkdirSync(path.join(journalFolder(store), name), { recursive: true });
  writeFileSync(
    ownerOf(path.join(journalFolder(store), names[0]!)),
    JSON.stringify({ host: 'elsewhere', boot: 'b', namespace: 'n', pid: 1, started: '1' }),
  );
  vi.setSystemTime(new Date()); // the file system dates the entry by its own clock
  const written = open();
  for (const event of [planned, started]) written.handle(event);
  expect(readdirSync(journalFolder(store)).sort()).toEqual([names[0], ...names.slice(3), RUN]);
  written.close();
});

test('a journal that cannot be written is told once, and the run goes on', () => {
  writeFileSync(journalFolder(store), 'a file is in the way');
  const written = open();
  for (const event of [planned, started, progress(1), { type: 'interrupted', id } as const]) written.handle(event);
  written.close();
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/"pipeline serve" cannot follow this run: /);
});
