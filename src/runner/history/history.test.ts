import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RunEvent } from '../event.ts';
import type { RunSummary } from '../../formats/events.ts';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { PastRun } from '../../formats/past-run.ts';
import type { Plan, PlanEntry, Verdict } from '../plan.ts';
import { listRuns, saveRun } from './history-files.ts';
import { RunRecorder } from './run-recorder.ts';

const id = (text: string): InstanceId => text as InstanceId;
const print = (text: string): Fingerprint => text as Fingerprint;

function planOf(verdicts: Readonly<Record<string, Verdict>>, reads: Readonly<Record<string, string>> = {}): RunEvent {
  const entries = Object.entries(verdicts).map(([name, verdict]): PlanEntry => {
    const inputs = reads[name] === undefined ? {} : { x: { kind: 'output', producer: id(reads[name]), output: 'out' } };
    return {
      instance: { id: id(name), stage: name, axes: {}, inputs } as unknown as PlanEntry['instance'],
      verdict,
      unpublished: [],
    };
  });
  return {
    type: 'plan',
    plan: { pipeline: { root: '/p', file: '/p/pipelines/small.json' } as Plan['pipeline'], entries },
  };
}

const run: Verdict = { kind: 'run', reasons: [{ kind: 'never-run' }] };
const fresh = { kind: 'fresh', fingerprint: print('f0') } as Verdict;
const started = (name: string, attempt = 1): RunEvent => ({
  type: 'started',
  id: id(name),
  fingerprint: print(`print of ${name}`),
  attempt,
  resumed: attempt > 1,
  reasons: [{ kind: 'never-run' }],
  log: '',
  resources: { cpu: 1 },
});
const succeeded = (name: string): RunEvent => ({ type: 'succeeded', id: id(name), seconds: 1, record: {} as never });
const finished = (outcome: RunSummary['outcome']): RunEvent => ({
  type: 'finished',
  summary: { outcome } as RunSummary,
});

/** Feeds events, each a second after the one before, the first at once. */
function record(...events: readonly RunEvent[]): PastRun | undefined {
  let now = Date.UTC(2026, 10, 23, 12);
  const recorder = new RunRecorder(['b'], () => now);
  for (const event of events) {
    recorder.handle(event);
    now += 1000;
  }
  return recorder.pastRun();
}

test('a run is told with what became of each instance, when, on which lane', () => {
  const past = record(
    planOf({ a: run, b: run, c: fresh }, { b: 'a' }),
    started('a'),
    started('b'),
    succeeded('a'),
    started('c'),
    succeeded('b'),
    succeeded('c'),
    finished('done'),
  )!;
  expect(past).toMatchObject({
    started: '2026-11-23T12:00:00.000Z',
    seconds: 8,
    pipeline: 'pipelines/small.json',
    targets: ['b'],
    outcome: 'done',
  });
  expect(past.id).toMatch(/^20261123T120000000Z-[0-9a-f]{8}$/);
  expect(past.instances.map(({ ended, execution }) => [ended, execution?.lane, execution?.attempts])).toEqual([
    ['executed', 0, [{ start: 1, seconds: 2, resumed: false }]],
    ['executed', 1, [{ start: 2, seconds: 3, resumed: false }]],
    ['executed', 0, [{ start: 4, seconds: 2, resumed: false }]], // the lane that a left
  ]);
  expect(past.instances[1]).toMatchObject({
    reads: ['a'],
    fingerprint: 'print of b',
    reasons: [{ kind: 'never-run' }],
    reasonCount: 1,
  });
});

test('each attempt is told with its failure, and the lane is kept between them', () => {
  const failure = { kind: 'exit', code: 3 } as const;
  const past = record(
    planOf({ a: run }),
    started('a'),
    { type: 'retrying', id: id('a'), attempt: 2, delayMs: 1, failure },
    started('a', 2),
    { type: 'failed', id: id('a'), seconds: 1, failure, logTail: [] },
    finished('failed'),
  )!;
  expect(past.instances[0]).toMatchObject({
    ended: 'failed',
    execution: {
      lane: 0,
      attempts: [
        { start: 1, seconds: 1, failure },
        { start: 3, seconds: 1, resumed: true, failure },
      ],
    },
  });
});

test('what was interrupted, blocked, or never had its turn is told as that', () => {
  const past = record(
    planOf({ a: run, b: run, c: run }),
    started('a'),
    { type: 'interrupted', id: id('a') },
    { type: 'blocked', id: id('b'), because: id('a'), reasons: [] },
    finished('interrupted'),
  )!;
  expect(past.instances.map(({ ended, because }) => [ended, because])).toEqual([
    ['interrupted', undefined],
    ['blocked', 'a'],
    ['not-started', undefined],
  ]);
});

test('a run that found nothing to do, or only missing inputs, leaves nothing', () => {
  const up: RunEvent = { type: 'fresh', id: id('c'), fingerprint: print('f0') };
  expect(record(planOf({ c: fresh }), up, finished('done'))).toBeUndefined();
  expect(
    record(
      planOf({ c: fresh, d: { kind: 'blocked', reasons: [] } }),
      up,
      { type: 'blocked', id: id('d'), reasons: [] },
      finished('failed'),
    ),
  ).toBeUndefined();
});

test('a folder that changed in thousands of files does not fill the history', () => {
  const reasons = Array.from({ length: 3000 }, (_, i) => ({ kind: 'input', input: 'x', path: `images/${i}` }) as const);
  const past = record(
    planOf({ a: { kind: 'run', reasons } }),
    { ...started('a'), reasons } as RunEvent,
    succeeded('a'),
    finished('done'),
  )!;
  expect(past.instances[0]!.reasons).toHaveLength(5);
  expect(past.instances[0]!.reasonCount).toBe(3000);
});

test('runs are listed from the newest; what cannot be read is named and left alone', async () => {
  const store = mkdtempSync(path.join(os.tmpdir(), 'history-'));
  onTestFinished(() => {
    rmSync(store, { recursive: true });
  });
  expect(listRuns(store)).toEqual({ runs: [], unreadable: [] });
  const past = record(planOf({ a: run }), started('a'), succeeded('a'), finished('done'))!;
  const later = { ...past, id: '20261124T120000000Z-00000000' as PastRun['id'] };
  await saveRun(store, past);
  await saveRun(store, later);
  const broken = path.join(store, 'history', '20261125T120000000Z-00000000.json');
  writeFileSync(broken, '{"format":1,');
  mkdirSync(path.join(store, 'history', 'notes'));
  expect(listRuns(store)).toEqual({ runs: [later, past], unreadable: [broken] });
  expect(listRuns(store, 2)).toEqual({ runs: [later], unreadable: [broken] });
  expect(readdirSync(path.join(store, 'history'))).toHaveLength(4);
});
