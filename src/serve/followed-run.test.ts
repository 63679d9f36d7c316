import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InstanceId } from '../formats/identity.ts';
import type { RunId } from '../formats/past-run.ts';
import { eventsOf, ownerOf } from '../runner/history/journal-files.ts';
import { writeOwner } from '../runner/store/owner.ts';
import { FollowedRun } from './followed-run.ts';
import { instanceState, type PlannedInstance } from './instance-state.ts';

const a = 'a' as InstanceId;
const time = (second: number): string => new Date(Date.UTC(2026, 11, 1, 12, 0, second)).toISOString();
const at = (second: number): number => Date.parse(time(second));

let folder: string;
let now: number;
let run: FollowedRun;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'followed-'));
  mkdirSync(folder, { recursive: true });
  writeOwner(ownerOf(folder));
  now = 0;
  run = new FollowedRun(folder, 'r' as RunId, { failure: ({ kind }) => kind }, () => now);
  say(0, {
    ...{ v: 1, type: 'begun', run: 'r', host: 'h', root: '/p', pipeline: 'p.json', name: 'p', targets: [] },
    instances: ['a', 'b'].map((id) => ({ id, stage: id, axes: {}, reads: [], verdict: 'run' })),
  });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function say(second: number, event: object): void {
  appendFileSync(eventsOf(folder), `${JSON.stringify({ ...event, time: time(second) })}\n`);
}
const start = (second: number, attempt = 1): void => {
  say(second, { type: 'started', id: 'a', fingerprint: 'f', attempt, resumed: attempt > 1, log: '', resources: {} });
};
const stateOf = (planned?: PlannedInstance) => {
  run.read();
  return instanceState(0, planned, [{ run, instance: run.instances.get(a)! }]);
};
const planned = (kind: 'fresh' | 'run', second: number): PlannedInstance =>
  ({
    entry: { instance: { id: a, stage: 'a', axes: {} }, verdict: { kind }, expectedSeconds: 9 },
    at: at(second),
  }) as unknown as PlannedInstance;

test('an instance is told from its start to its result, and a new attempt forgets the progress of the one before', () => {
  expect(stateOf()).toMatchObject({ status: 'waiting' });
  start(1);
  say(2, { type: 'progress', id: 'a', done: 0, note: 'in the queue' });
  say(3, { type: 'progress', id: 'a', done: 10, total: 100 });
  say(5, { type: 'progress', id: 'a', done: 30, total: 100 });
  expect(stateOf()).toMatchObject({
    ...{ status: 'running', started: at(1), attempt: 1 },
    progress: { done: 30, total: 100, at: at(5), first: { done: 10, at: at(3) } },
  });
  say(6, { type: 'retrying', id: 'a', attempt: 2, delayMs: 1, failure: { kind: 'timeout' } });
  expect(stateOf()).toMatchObject({ status: 'retrying', note: 'timeout' });
  start(7, 2);
  const again = stateOf();
  expect(again).toMatchObject({ status: 'running', attempt: 2, resumed: true });
  expect(again).not.toHaveProperty('progress');
  expect(again).not.toHaveProperty('note');
  say(8, { type: 'succeeded', id: 'a', seconds: 1, fingerprint: 'f', result: 'x' });
  expect(stateOf()).toMatchObject({ status: 'done', seconds: 1 });
  expect(run.takeNews().map(({ text }) => text)).toEqual([
    'A run began: everything',
    'a: timeout; it is tried again',
    'a is done',
  ]);
});

test('a runner that is gone without an end has died; one that said its end has not', () => {
  start(1);
  run.read();
  writeFileSync(ownerOf(folder), JSON.stringify({ host: 'elsewhere', boot: '', namespace: '', pid: 1, started: '' }));
  now = Date.now() + 100_000;
  run.read();
  expect(run.state).toBe('died');
  expect(stateOf()).toMatchObject({ status: 'killed' });
  const ended = new FollowedRun(folder, 'r' as RunId, { failure: ({ kind }) => kind }, () => now);
  say(9, { type: 'finished', summary: { outcome: 'failed', seconds: 9 } });
  ended.read();
  expect(ended.state).toBe('failed');
});

test('the newer of plan and run counts; a failure is seen until there is a result', () => {
  start(1);
  say(2, { type: 'failed', id: 'a', seconds: 1, failure: { kind: 'exit' }, logTail: [] });
  expect(stateOf(planned('run', 9))).toMatchObject({ status: 'failed', note: 'exit', expectedSeconds: 9 });
  expect(stateOf(planned('fresh', 9))).toMatchObject({ status: 'done' });
  expect(stateOf(planned('fresh', 0))).toMatchObject({ status: 'failed' });
  say(3, { type: 'succeeded', id: 'a', seconds: 1, fingerprint: 'f', result: 'x' });
  expect(stateOf(planned('run', 0))).toMatchObject({ status: 'done' });
  expect(stateOf(planned('run', 9))).toMatchObject({ status: 'waiting' }); // changed since
});

test('lines of another version, and half ones, are skipped', () => {
  appendFileSync(eventsOf(folder), 'nonsense\n{"type":"moved","time":"2026-12-01T12:00:01.000Z","id":"a"}\n[]\nnull\n');
  start(4);
  expect(stateOf()).toMatchObject({ status: 'running' });
});
