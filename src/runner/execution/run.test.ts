import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../event.ts';
import type { Failure } from '../../formats/failure.ts';
import type { InstanceId } from '../../formats/identity.ts';
import { NoGpuError } from '../resources/demand.ts';
import { tryLease } from '../resources/lease.ts';
import type { TaskEnd } from './executor.ts';
import { done, runSketch, turn, type Script, type Setting } from './run.test-support.ts';

const failed: TaskEnd = { kind: 'exit', code: 1 };
const failing =
  (...ids: string[]): Script =>
  (id) =>
    turn().then(() => (ids.includes(id) ? failed : done));
/** Runs until it is asked to stop; then it says that it ended well. */
const patient: Script = async (_, __, stopped) => {
  await stopped;
  return done;
};

/** Aborts at the first event. */
function abortAt(when: (event: RunEvent) => boolean): Pick<Setting, 'signal' | 'onEvent'> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onEvent: (event) => {
      if (when(event)) controller.abort();
    },
  };
}

test('what is up to date is told and counted, and nothing else happens', async () => {
  const { summary, story } = await runSketch({ a: { planned: 'fresh' }, b: { planned: 'fresh', after: ['a'] } });
  expect(story).toEqual(['fresh a', 'fresh b']);
  expect(summary).toMatchObject({ outcome: 'done', counts: { fresh: 2, executed: 0 } });
});

test('a consumer of identical outputs stays fresh though its producer was executed', async () => {
  const { story } = await runSketch({
    a: {},
    b: { after: ['a'], decided: 'fresh' },
    c: { after: ['b'], decided: 'restore' },
  });
  expect(story).toEqual(['started a', 'succeeded a', 'fresh b', 'restored c']);
});

test('what is forced is executed though its result is known', async () => {
  const { story } = await runSketch({ a: { decided: 'fresh' } }, { options: { force: new Set(['a' as InstanceId]) } });
  expect(story).toEqual(['started a', 'succeeded a']);
});

test('published files of everything that is in place are told', async () => {
  const out = (publish: string) => ({
    out: { kind: 'file', file: 'x', publish, metrics: false, commit: false } as const,
  });
  const { summary } = await runSketch(
    { a: { planned: 'fresh', outputs: out('1') }, b: { outputs: out('2') }, c: { outputs: out('3') } },
    { script: failing('c'), options: { keepGoing: true } },
  );
  expect(summary.published).toEqual(['1', '2']);
});

describe('a failure', () => {
  test('lets what runs finish, starts nothing new, and blocks what depends on it, also in the second generation', async () => {
    const script: Script = async (id) => {
      for (let i = 0; i < (id === 'a' ? 2 : 8); i++) await turn();
      return id === 'a' ? failed : done;
    };
    const { story, summary } = await runSketch(
      { a: {}, along: {}, next: { after: ['along'] }, b: { after: ['a'] }, c: { after: ['b', 'next'] } },
      { script },
    );
    expect([...story].sort()).toEqual([
      'blocked b',
      'blocked c',
      'failed a',
      'started a',
      'started along',
      'succeeded along',
    ]);
    expect(summary).toMatchObject({ outcome: 'failed', counts: { executed: 1, failed: 1, blocked: 3 } });
  });

  test('names what blocks: the producer that failed, or that is blocked itself', async () => {
    const { events } = await runSketch({ a: {}, b: { after: ['a'] }, c: { after: ['b'] } }, { script: failing('a') });
    expect(events.flatMap((event) => (event.type === 'blocked' ? [[event.id, event.because]] : []))).toEqual([
      ['b', 'a'],
      ['c', 'b'],
    ]);
  });

  test('carries the end of the log, the attempt’s duration and where the log is', async () => {
    const { events } = await runSketch({ a: {} }, { script: failing('a') });
    expect(events.find(({ type }) => type === 'failed')).toMatchObject({
      failure: { kind: 'exit', code: 1 },
      seconds: expect.any(Number) as number,
      log: expect.stringMatching(/a-1\.log$/) as string,
      logTail: [],
    });
  });

  test('of taking over the outputs counts like one of the stage, and is not repeated', async () => {
    const committed: Failure = { kind: 'missing-output', outputs: ['out'] };
    const { story, events } = await runSketch({ a: { committed, retries: { limit: 3, delayMs: 0 } } });
    expect(story).toEqual(['started a', 'failed a']);
    expect(events.find(({ type }) => type === 'failed')).toMatchObject({ failure: committed });
  });

  test('a missing input blocks only what needs it', async () => {
    const { story, summary } = await runSketch({ a: { planned: 'blocked' }, b: { after: ['a'] }, c: {} });
    expect(story).toEqual(['blocked a', 'blocked b', 'started c', 'succeeded c']);
    expect(summary.outcome).toBe('failed');
  });
});

describe('retries', () => {
  const retried = async (ends: readonly TaskEnd[], on?: readonly number[]) =>
    runSketch(
      { a: { retries: { limit: 2, delayMs: 1, ...(on && { on }) } } },
      { script: (_, attempt) => turn().then(() => ends[attempt - 1] ?? done) },
    );

  test('repeat what failed, with a pause that doubles, and the record counts the attempts', async () => {
    const { story, events, executions } = await retried([failed, { kind: 'signal', signal: 'SIGSEGV' }]);
    expect(story).toEqual(['started a', 'retrying a', 'started a', 'retrying a', 'started a', 'succeeded a']);
    expect(events.flatMap((event) => (event.type === 'retrying' ? [[event.attempt, event.delayMs]] : []))).toEqual([
      [2, 1],
      [3, 2],
    ]);
    expect(executions.get('a')).toMatchObject({ attempts: 3 });
  });

  test('end at the limit', async () => {
    expect((await retried([failed, failed, failed])).story.slice(-2)).toEqual(['started a', 'failed a']);
  });

  test('repeat only the exit codes that are named', async () => {
    expect((await retried([{ kind: 'exit', code: 75 }], [75])).story).toEqual([
      'started a',
      'retrying a',
      'started a',
      'succeeded a',
    ]);
    expect((await retried([failed], [75])).story).toEqual(['started a', 'failed a']);
    expect((await retried([{ kind: 'signal', signal: 'SIGKILL' }], [75])).story).toEqual(['started a', 'failed a']);
  });
});

test('a timeout asks to stop, and what is written after that does not count', async () => {
  const { events } = await runSketch({ a: { timeoutMs: 1 } }, { script: patient });
  expect(events.find(({ type }) => type === 'failed')).toMatchObject({ failure: { kind: 'timeout', afterMs: 1 } });
});

describe('an interruption', () => {
  test('asks what runs to stop, starts nothing more, and what ends well after it was asked does not count', async () => {
    const { story, summary } = await runSketch(
      { a: {}, b: { after: ['a'] }, c: { planned: 'fresh' } },
      { script: patient, ...abortAt(({ type }) => type === 'started') },
    );
    expect([...story].sort()).toEqual(['fresh c', 'interrupted a', 'started a']);
    expect(summary).toMatchObject({ outcome: 'interrupted', counts: { interrupted: 2, fresh: 1, executed: 0 } });
  });

  test('before the first start interrupts everything that was to run', async () => {
    const { story, summary } = await runSketch(
      { a: {}, b: { planned: 'fresh' } },
      { ...abortAt(({ type }) => type === 'plan') },
    );
    expect(story).toEqual(['fresh b']);
    expect(summary).toMatchObject({ outcome: 'interrupted', counts: { interrupted: 1, fresh: 1 } });
  });

  test('ends the pause before a retry', async () => {
    const { story } = await runSketch(
      { a: { retries: { limit: 1, delayMs: 1e9 } } },
      { script: failing('a'), ...abortAt(({ type }) => type === 'retrying') },
    );
    expect(story).toEqual(['started a', 'retrying a', 'interrupted a']);
  });

  test('that comes when all is done interrupts nothing', async () => {
    const { summary } = await runSketch({ a: {} }, { ...abortAt(({ type }) => type === 'succeeded') });
    expect(summary.outcome).toBe('done');
  });
});

describe('without a GPU', () => {
  test('the processor stands in, with all it has, one instance at a time, and the run says so', async () => {
    const { events, story } = await runSketch({ a: { resources: { gpu: 1 } }, b: { resources: { gpu: 1 } } });
    expect(events[1]).toEqual({
      type: 'notice',
      message: 'No GPU was found: the processor replaces it in a, b, one instance at a time.',
    });
    expect(events.find(({ type }) => type === 'started')).toMatchObject({ resources: { cpu: 4, gpu: 0 } });
    expect(story).toEqual(['started a', 'succeeded a', 'started b', 'succeeded b']);
  });

  test('a stage sees no card and is told its threads', async () => {
    const environments: Record<string, Readonly<Record<string, string>>> = {};
    const script: Script = (id, _, __, task) => {
      environments[id] = task.environment;
      return turn().then(() => done);
    };
    await runSketch({ a: { resources: { gpu: 1 } }, b: { resources: { cpu: 0.5, memory: 10 } } }, { script });
    expect(environments.a).toMatchObject({ CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: '4', PIPELINE_CPUS: '4' });
    expect(environments.b).toMatchObject({
      CUDA_VISIBLE_DEVICES: '',
      OMP_NUM_THREADS: '1',
      PIPELINE_CPUS: '1',
      PIPELINE_MEMORY: '10',
    });
  });

  test('--require-gpu refuses before anything is told, unless nothing that needs one is to run', async () => {
    const told: RunEvent[] = [];
    const setting: Setting = { options: { requireGpu: true }, onEvent: (event) => told.push(event) };
    await expect(runSketch({ a: { resources: { gpu: 1 } } }, setting)).rejects.toThrow(NoGpuError);
    expect(told).toEqual([]);
    expect((await runSketch({ a: { resources: { gpu: 1 }, planned: 'fresh' } }, setting)).summary.outcome).toBe('done');
  });
});

test('a bug ends the run with it, after everything that runs was ended', async () => {
  let ended = false;
  const script: Script = async (id, _, stopped) => {
    for (let i = 0; i < 5; i++) await turn();
    if (id === 'a') throw new TypeError('x is undefined');
    await stopped;
    ended = true;
    return done;
  };
  await expect(runSketch({ a: {}, b: {} }, { script })).rejects.toThrow('x is undefined');
  expect(ended).toBe(true);
});

test('what another runner executes is waited for without slots, and its result is taken, even of what is forced', async () => {
  let other: ReturnType<typeof tryLease> | undefined;
  let place = '';
  const { story, events } = await runSketch(
    { other: { decided: 'fresh', resources: { cpu: 4 }, seconds: 9 }, mine: { resources: { cpu: 4 } } },
    {
      options: { force: new Set(['other' as InstanceId]) },
      onRoot: (folder) => {
        place = path.join(folder, 'leases', Buffer.from('other').toString('hex'));
        mkdirSync(path.dirname(place));
        other = tryLease(place);
      },
      onEvent: (event) => {
        if (event.type === 'succeeded' && other?.ok) other.value.release();
      },
    },
  );
  expect(story).toEqual(['waiting other', 'started mine', 'succeeded mine', 'fresh other']);
  expect(events.find(({ type }) => type === 'waiting')).toMatchObject({ holder: `process ${process.pid}` });
  expect(existsSync(place)).toBe(false);
});

describe('an input that changes at each look', () => {
  test('ends as a failure that names it, after ten looks', async () => {
    const { summary, events } = await runSketch({ a: { restless: true }, b: { after: ['a'] } });
    expect(summary.outcome).toBe('failed');
    const [event] = events.filter(({ type }) => type === 'failed');
    expect(event).toMatchObject({
      id: 'a',
      failure: {
        kind: 'system',
        message: expect.stringMatching(/^it was not started, because data\/log changed/) as string,
      },
    });
  });

  test('yields to an interruption', async () => {
    const controller = new AbortController();
    setImmediate(() => {
      controller.abort();
    });
    const { summary } = await runSketch({ a: { restless: true } }, { signal: controller.signal });
    expect(summary.outcome).toBe('interrupted');
  });
});
