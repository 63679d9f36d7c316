import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../runner/event.ts';
import type { RunSummary } from '../../formats/events.ts';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { Plan, PlanEntry } from '../../runner/plan.ts';
import { colors } from '../colors.ts';
import { JsonRenderer } from './json.ts';
import { LiveRenderer } from './live.ts';
import { PlainRenderer } from './plain.ts';
import { QuietRenderer } from './quiet.ts';
import { Screen } from './screen.test-support.ts';
import type { View } from './renderer.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(new Date(2026, 10, 23, 12, 0, 0));
});
afterEach(() => {
  vi.useRealTimers();
});

const id = (text: string): InstanceId => text as InstanceId;

/** A plan of instances given by id and verdict; only what renderers look at. */
function planOf(verdicts: Readonly<Record<string, 'fresh' | 'run'>>): Plan {
  const entries = Object.entries(verdicts).map(([name, kind]): PlanEntry => {
    const instance = { id: id(name), stage: name.split(':')[0]!, axes: {} } as PlanEntry['instance'];
    return {
      instance,
      verdict: kind === 'fresh' ? ({ kind } as PlanEntry['verdict']) : { kind, reasons: [{ kind: 'never-run' }] },
      unpublished: [],
    };
  });
  return { pipeline: { name: 'test' } as Plan['pipeline'], entries };
}

const plan = (verdicts: Parameters<typeof planOf>[0]): RunEvent => ({ type: 'plan', plan: planOf(verdicts) });
const started = (name: string): RunEvent => ({
  type: 'started',
  id: id(name),
  fingerprint: 'f' as Fingerprint,
  attempt: 1,
  resumed: false,
  reasons: [{ kind: 'param', path: 'rate', before: 1, after: 2 }],
  log: '/p/cache/log',
  resources: {},
});
const succeeded = (name: string, seconds: number): RunEvent => ({
  type: 'succeeded',
  id: id(name),
  seconds,
  record: {} as RunRecord,
});
const failed = (name: string): RunEvent => ({
  type: 'failed',
  id: id(name),
  seconds: 3,
  failure: { kind: 'exit', code: 7 },
  log: '/p/cache/a.log',
  logTail: ['last words'],
});
const NOTHING = { fresh: 0, restored: 0, executed: 0, failed: 0, blocked: 0, interrupted: 0 };
const finished = (
  outcome: RunSummary['outcome'],
  counts: Partial<RunSummary['counts']>,
  published: string[] = [],
): RunEvent => ({
  type: 'finished',
  summary: { outcome, seconds: 12, counts: { ...NOTHING, ...counts }, published, unpublished: [] },
});

function view(columns?: number): View & { readonly out: Screen; readonly log: Screen } {
  const out = new Screen(columns);
  const log = new Screen(columns);
  const stream = (screen: Screen) => ({
    isTerminal: columns !== undefined,
    colors: colors(false),
    columns: () => screen.columns,
    rows: () => 24,
    write: (text: string) => {
      screen.write(text);
    },
  });
  return {
    out,
    log,
    terminal: { folder: '/p', environment: {}, results: stream(out), messages: stream(log) },
    path: (absolute) => absolute.replace('/p/', ''),
    rerun: (name) => `pipeline run ${name}`,
    now: Date.now,
  };
}

test('plain: a start with its reason, an end with its time, and a table of what was done', async () => {
  const shown = view();
  const renderer = new PlainRenderer(shown);
  for (const event of [
    plan({ split: 'fresh', train: 'run' }),
    started('train'),
    succeeded('train', 296),
    finished('done', { fresh: 1, executed: 1 }, ['reports/a.txt']),
  ])
    renderer.handle(event);
  await renderer.close();
  expect(shown.log.text).toBe(
    [
      '12:00:00  test: 2 instances, 1 to run, 1 up to date',
      '12:00:00  start    train  (params.rate 1 -> 2)',
      '12:00:00  done     train  4m 56s',
      '',
    ].join('\n'),
  );
  expect(shown.out.text).toBe(
    [
      '',
      'stage  status  reason                time',
      'train  done    params.rate 1 -> 2  4m 56s',
      '',
      'Done after 12s: 1 executed, 1 up to date.',
      'Published: reports/a.txt',
      '',
    ].join('\n'),
  );
});

test('plain: one line a minute for what is running, with speed taken from its reports', async () => {
  const shown = view();
  const renderer = new PlainRenderer(shown);
  renderer.handle(plan({ train: 'run' }));
  renderer.handle(started('train'));
  renderer.handle({ type: 'progress', id: id('train'), done: 40, total: 100, unit: 'epochs' }); // 40 came from a checkpoint
  vi.advanceTimersByTime(30_000);
  renderer.handle({ type: 'progress', id: id('train'), done: 50, total: 100, unit: 'epochs' });
  renderer.handle({ type: 'metric', id: id('train'), name: 'loss', value: 4.81234 });
  vi.advanceTimersByTime(30_000);
  expect(shown.log.lines.at(-1)).toBe('12:01:00  running  train  50/100 epochs  loss 4.812  1m 00s  eta 2m 00s');
  await renderer.close();
  vi.advanceTimersByTime(300_000);
  expect(shown.log.lines.at(-1)).toContain('12:01:00');
});

test('a failure ends with the end of its log, the log’s path and the way to run it again', async () => {
  const shown = view();
  const renderer = new PlainRenderer(shown);
  const events: RunEvent[] = [
    plan({ train: 'run', report: 'run' }),
    started('train'),
    failed('train'),
    { type: 'blocked', id: id('report'), because: id('train'), reasons: [] },
    finished('failed', { failed: 1, blocked: 1 }),
  ];
  for (const event of events) renderer.handle(event);
  await renderer.close();
  expect(shown.log.text).toContain('12:00:00  FAILED   train  exit 7 -> cache/a.log\n');
  expect(shown.log.text).toContain(
    [
      '',
      'FAILED train after 3.0s: exit 7',
      '  | last words',
      '  log: cache/a.log',
      '  run it again: pipeline run train',
      '',
    ].join('\n'),
  );
  expect(shown.out.lines).toContain('report  blocked  needs train');
  expect(shown.out.lines.at(-1)).toBe('Failed after 12s: 1 failed, 1 blocked.');
});

test('a run with nothing to do says so in one line', async () => {
  for (const Renderer of [PlainRenderer, LiveRenderer, QuietRenderer]) {
    const shown = view(Renderer === LiveRenderer ? 80 : undefined);
    const renderer = new Renderer(shown);
    renderer.handle(plan({ split: 'fresh', train: 'fresh' }));
    renderer.handle(finished('done', { fresh: 2 }));
    await renderer.close();
    expect(shown.log.text).toBe('');
    expect(shown.out.text).toBe('Nothing to do: 2 of 2 up to date.\n');
  }
});

test('quiet: failures and one line', async () => {
  const shown = view();
  const renderer = new QuietRenderer(shown);
  for (const event of [plan({ train: 'run' }), started('train'), failed('train'), finished('failed', { failed: 1 })])
    renderer.handle(event);
  await renderer.close();
  expect(shown.log.text).toContain('FAILED train after 3.0s: exit 7');
  expect(shown.out.text).toBe('Failed after 12s: 1 failed.\n');
});

test('json: every event is one line with its number and time, and the plan is told without the pipeline', () => {
  const shown = view();
  const renderer = new JsonRenderer(shown);
  for (const event of [plan({ train: 'run' }), started('train'), finished('done', { executed: 1 })])
    renderer.handle(event);
  const events = shown.out.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(events.map(({ v, seq, type }) => [v, seq, type])).toEqual([
    [1, 0, 'plan'],
    [1, 1, 'started'],
    [1, 2, 'finished'],
  ]);
  expect(events[0]).toEqual({
    v: 1,
    seq: 0,
    time: new Date(2026, 10, 23, 12).toISOString(),
    type: 'plan',
    pipeline: 'test',
    counts: { fresh: 0, restore: 0, run: 1, blocked: 0 },
    instances: [{ id: 'train', stage: 'train', axes: {}, verdict: 'run', reasons: [{ kind: 'never-run' }] }],
  });
});

test('live: a line for each running instance and one with totals stay at the bottom; what matters scrolls above', async () => {
  const shown = view(60);
  const renderer = new LiveRenderer(shown);
  renderer.handle(plan({ split: 'fresh', 'train:seed=0': 'run', 'train:seed=1': 'run', report: 'run' }));
  renderer.handle(started('train:seed=0'));
  renderer.handle(started('train:seed=1'));
  vi.advanceTimersByTime(2000);
  renderer.handle({ type: 'warning', id: id('train:seed=0'), message: 'embeddings collapse' });
  renderer.handle({ type: 'progress', id: id('train:seed=1'), done: 3, total: 9, unit: 'epochs', note: 'augmenting' });
  vi.advanceTimersByTime(125);
  const [heading, warning, first, second, totals, ...rest] = shown.log.lines;
  expect(heading).toBe('test: 4 instances, 3 to run, 1 up to date');
  expect(warning).toBe('warning  train:seed=0  embeddings collapse');
  expect(first).toMatch(/^. train:seed=0 {2}2\.1s$/);
  expect(second).toMatch(/^. train:seed=1 {2}3\/9 epochs {2}augmenting {2}2\.1s$/);
  expect(totals).toBe('2 running · 0 done · 1 up to date · 1 left · 2.1s');
  expect(rest).toEqual([]);
  renderer.handle(succeeded('train:seed=0', 2));
  vi.advanceTimersByTime(125);
  expect(shown.log.lines.slice(2).map((line) => line.replace(/^\S train/, '* train'))).toEqual([
    'done     train:seed=0  2.0s',
    '* train:seed=1  3/9 epochs  augmenting  2.3s',
    '1 running · 1 done · 1 up to date · 1 left · 2.3s',
  ]);
  await renderer.close();
  expect(shown.log.lines.at(-1)).toBe('done     train:seed=0  2.0s');
});

test('live: what it drew is erased completely when the terminal has become narrower', async () => {
  const shown = view(70);
  const renderer = new LiveRenderer(shown);
  renderer.handle(plan({ 'train:dataset=ham10000,model=M2,seed=0': 'run' }));
  renderer.handle(started('train:dataset=ham10000,model=M2,seed=0'));
  vi.advanceTimersByTime(125);
  shown.log.resize(20);
  vi.advanceTimersByTime(125);
  await renderer.close();
  expect(shown.log.lines).toEqual(['test: 1 instance, 1 ', 'to run']);
});

test('live: lines never exceed the terminal, and redrawing keeps to eight times a second', async () => {
  const shown = view(30);
  const renderer = new LiveRenderer(shown);
  renderer.handle(plan({ 'train:dataset=ham10000,model=M2,seed=0': 'run' }));
  renderer.handle(started('train:dataset=ham10000,model=M2,seed=0'));
  const before = shown.log.writes;
  for (let report = 0; report < 1000; report++)
    renderer.handle({ type: 'progress', id: id('train:dataset=ham10000,model=M2,seed=0'), done: report });
  vi.advanceTimersByTime(1000);
  expect(shown.log.writes - before).toBeLessThanOrEqual(16); // erase and draw, eight times
  expect(Math.max(...shown.log.lines.map((line) => line.length))).toBeLessThan(30);
  expect(shown.log.sawCarriageReturn).toBe(false);
  await renderer.close();
});

test('live: a ^C that the terminal has echoed goes with the lines that are redrawn, and nothing is drawn after the end', () => {
  const shown = view(60);
  const renderer = new LiveRenderer(shown);
  renderer.handle(plan({ train: 'run' }));
  renderer.handle(started('train'));
  vi.advanceTimersByTime(125);
  shown.log.write('^C');
  renderer.message('Stopping.');
  vi.advanceTimersByTime(125);
  expect(shown.log.lines.slice(0, 2)).toEqual(['test: 1 instance, 1 to run', 'Stopping.']);
  shown.log.write('^C');
  renderer.clear();
  renderer.message('Killed: train.');
  vi.advanceTimersByTime(1000);
  expect(shown.log.text).toBe('test: 1 instance, 1 to run\nStopping.\nKilled: train.\n');
});
