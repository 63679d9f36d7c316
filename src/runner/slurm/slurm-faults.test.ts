/** Faults of Slurm, each on a Slurm in memory; test/slow/slurm.test.ts has those of the real one. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Fingerprint } from '../../formats/identity.ts';
import { digestOf } from '../../util/digest.ts';
import { blobFile } from '../store/local-store.ts';
import type { AttemptResult } from '../execution/attempt-executor.ts';
import { AttemptPlace, outputOf } from '../execution/attempt-place.test-support.ts';
import { allocationProgram, jobProgram, stageProgram } from '../stage-program.ts';
import type { Answer } from './commands.ts';
import { FakeSlurm, type FakeJob } from './fake-slurm.test-support.ts';
import { DEFAULT_SLURM } from './settings.ts';
import { SlurmAttempts } from './slurm-attempts.ts';
import { outputsOf, startPath } from './starts.ts';

const UNREACHABLE: Answer = { kind: 'unreachable', message: 'Unable to contact slurm controller (connect failure)' };

const attemptsOn = (storeFolder: string, commands: FakeSlurm): SlurmAttempts =>
  new SlurmAttempts({
    ...{ storeFolder, commands },
    settings: { ...DEFAULT_SLURM, intervalMs: 150 },
    hostProgram: stageProgram('host'),
    jobProgram: jobProgram(),
    allocationProgram: allocationProgram(),
    patience: { appear: 3000, settle: 300, absent: 3000, pause: 50 },
  });

function cluster(prepare: (slurm: FakeSlurm) => void = () => undefined) {
  const slurm = new FakeSlurm();
  prepare(slurm);
  const told: string[] = [];
  const place = new AttemptPlace((storeFolder) => {
    const attempts = attemptsOn(storeFolder, slurm);
    attempts.listen((sentence) => told.push(sentence));
    return attempts;
  });
  onTestFinished(() => slurm.kill());
  const job = async (number = 0): Promise<FakeJob> => {
    for (;;) {
      const found = slurm.jobs[number];
      if (found !== undefined) return found;
      await sleep(10);
    }
  };
  return { slurm, told, place, job };
}

const failureOf = (result: AttemptResult) => (result.kind === 'failed' ? result.failure : result);

test('an sbatch whose answer was lost is asked for by name, and nothing is submitted twice', async () => {
  const { slurm, place } = cluster();
  let lost = false;
  slurm.rule = (program, words, input) => {
    if (program !== 'sbatch' || lost) return undefined;
    lost = true;
    void slurm.call(program, words, input); // accepted
    return UNREACHABLE;
  };
  const result = await place.run('echo x > ${outputs.out}');
  expect(readFileSync(outputOf(result), 'utf8')).toBe('x\n');
  expect(slurm.jobs).toHaveLength(1);
});

test('an sbatch that was not accepted is called again', async () => {
  const { slurm, place, told } = cluster();
  let calls = 0;
  slurm.rule = (program) => (program === 'sbatch' && ++calls < 3 ? UNREACHABLE : undefined);
  expect(await place.run('true', { outputs: {} })).toMatchObject({ kind: 'ended', end: { code: 0 } });
  expect(slurm.jobs).toHaveLength(1);
  expect(told.filter((sentence) => sentence.includes('not submitted yet'))).toHaveLength(1);
});

test('a limit of the user is waited for, and is no failure', async () => {
  const { slurm, place } = cluster();
  let calls = 0;
  slurm.rule = (program) =>
    program === 'sbatch' && ++calls < 3
      ? { kind: 'refused', message: 'AssocMaxSubmitJobLimit; Job violates accounting/QOS policy (job submit limit)' }
      : undefined;
  expect(await place.run('true', { outputs: {} })).toMatchObject({ kind: 'ended' });
});

test.each([
  ['invalid partition specified: x', 'unknown partition', 'slurm.partition'],
  ['Invalid account or account/partition combination specified', 'InvalidAccount', 'slurm.account'],
  ['Requested node configuration is not available', 'BadConstraints', 'partition'],
  ['Memory specification can not be satisfied', 'memory', 'memory'],
  ['Invalid generic resource (gres) specification', 'gpu', 'slurm.partition.gpu'],
])('a refusal is a named failure with a remedy: %s', async (message, state, remedy) => {
  const { slurm, place } = cluster();
  slurm.rule = (program) => (program === 'sbatch' ? { kind: 'refused', message } : undefined);
  expect(failureOf(await place.run('true'))).toMatchObject({
    kind: 'job',
    state,
    message: expect.stringContaining(message) as string,
    remedy: expect.stringContaining(remedy) as string,
  });
});

test.each(['PartitionTimeLimit', 'PartitionConfig', 'DependencyNeverSatisfied', 'BadConstraints'])(
  'a job that would wait forever is cancelled, and is a failure: %s',
  async (reason) => {
    const { slurm, place, job } = cluster((each) => (each.starts = false));
    const running = place.start('true');
    const waiting = await job();
    waiting.reason = reason;
    expect(failureOf(await running.ended)).toMatchObject({ kind: 'job', state: reason, job: waiting.id });
    expect(slurm.calls.get('scancel')).toBe(1);
  },
);

test('a held job is told with the remedy, and followed after its release', async () => {
  const { slurm, place, job, told } = cluster((each) => (each.starts = false));
  const running = place.start('true', { outputs: {} });
  const held = await job();
  held.reason = 'JobHeldUser';
  while (told.length === 0) await sleep(20);
  expect(told[0]).toContain(`\`scontrol release ${held.id}\``);
  held.reason = 'None';
  slurm.release();
  expect(await running.ended).toMatchObject({ kind: 'ended' });
});

test('an unknown state is still there, and is shown by its name', async () => {
  const { slurm, place, job, told } = cluster((each) => (each.starts = false));
  const running = place.start('true', { outputs: {} });
  (await job()).state = 'DREAMING';
  while (told.length === 0) await sleep(20);
  expect(told[0]).toContain('DREAMING');
  (await job()).state = 'PENDING';
  slurm.release();
  expect(await running.ended).toMatchObject({ kind: 'ended' });
});

test('a controller that does not answer is no verdict: it is told once, and the job goes on', async () => {
  const { slurm, place, told } = cluster();
  let silent = true;
  slurm.rule = (program) => (program === 'squeue' && silent ? UNREACHABLE : undefined);
  const running = place.start('sleep 1.5; true', { outputs: {} });
  while (told.length === 0) await sleep(20);
  await sleep(500);
  expect(told).toHaveLength(1);
  silent = false;
  expect(await running.ended).toMatchObject({ kind: 'ended', end: { code: 0 } });
  expect(told[1]).toContain('Slurm answers again');
});

test('a job that Slurm has forgotten is submitted again, and only one result counts', async () => {
  const { slurm, place, job, told } = cluster((each) => (each.starts = false));
  const running = place.start('echo x >> ${outputs.out}; cp ${outputs.out} seen');
  const lost = await job();
  slurm.starts = true;
  slurm.forget();
  expect(readFileSync(outputOf(await running.ended), 'utf8')).toBe('x\n');
  expect(told.join()).toContain('submitted again');
  // The forgotten one was only late: it does nothing.
  slurm.jobs.push(lost);
  slurm.release();
  while (lost.state === 'RUNNING') await sleep(20);
  expect(readFileSync(path.join(place.root, 'seen'), 'utf8')).toBe('x\n');
});

test('a result on disk counts, though Slurm has forgotten the job', async () => {
  const { slurm, place, job } = cluster();
  const running = place.start('sleep 0.5; echo x > ${outputs.out}');
  await job();
  slurm.rule = (program) => (program === 'squeue' ? { kind: 'answer', text: '' } : undefined);
  expect(readFileSync(outputOf(await running.ended), 'utf8')).toBe('x\n');
  expect(slurm.calls.get('sbatch')).toBe(1);
});

test('a runner that was killed while it moved outputs into the store loses nothing', async () => {
  const { slurm, place } = cluster();
  const first = await place.run('echo x > ${outputs.out}');
  const storeFolder = path.join(place.root, 'cache');
  const blob = blobFile(storeFolder, digestOf('x\n'));
  mkdirSync(path.dirname(blob), { recursive: true });
  renameSync(outputOf(first), blob);
  const second = attemptsOn(storeFolder, slurm).left.find('f'.repeat(64) as Fingerprint);
  const listener = { message: () => undefined, warn: () => undefined, restart: () => undefined };
  const result = await second?.follow(listener).ended;
  expect(result && readFileSync(outputOf(result), 'utf8')).toBe('x\n');
  expect(slurm.calls.get('sbatch')).toBe(1);
});

test('a stage that was killed for its memory is named so, with what it asked for', async () => {
  const { place } = cluster((each) => (each.endState = 'OUT_OF_MEMORY'));
  expect(failureOf(await place.run('kill -9 $$'))).toMatchObject({
    kind: 'job',
    state: 'OUT_OF_MEMORY',
    node: 'n1',
    remedy: expect.stringContaining('95.4 MiB') as string,
  });
}, 60_000);

test.each(['NODE_FAIL', 'CANCELLED', 'PREEMPTED', 'BOOT_FAIL', 'DEADLINE'])(
  'a job that ended without a result is named by its state: %s',
  async (state) => {
    const { place, job } = cluster((each) => (each.starts = false));
    const running = place.start('true');
    (await job()).state = state;
    expect(failureOf(await running.ended)).toMatchObject({ kind: 'job', state });
  },
  60_000,
);

test('at its time limit a stage saves its checkpoint, is queued again, and resumes', async () => {
  const { slurm, place, job } = cluster();
  const running = place.start(COUNTS);
  for (const limit of [1, 2]) {
    await place.appears(`ready${limit}`);
    await slurm.reachLimit(await job());
  }
  const result = await running.ended;
  expect(readFileSync(outputOf(result), 'utf8')).toBe('1\n2\n3\n');
  expect(result).toMatchObject({ execution: { resumes: 2 } });
  expect(slurm.calls.get('sbatch')).toBe(1);
}, 60_000);

/** Each start adds a line to its checkpoint when it is stopped; the third one ends. */
const COUNTS =
  'touch $PIPELINE_CHECKPOINT/lines; n=$(($(wc -l < $PIPELINE_CHECKPOINT/lines) + 1)); ' +
  'trap "echo $n >> $PIPELINE_CHECKPOINT/lines; exit 1" TERM; > ready$n; ' +
  'while [ $n -lt 3 ]; do sleep 0.05; done; echo $n >> $PIPELINE_CHECKPOINT/lines; ' +
  'cp $PIPELINE_CHECKPOINT/lines ${outputs.out}';

test('where requeueing is forbidden, another job is submitted and resumes', async () => {
  const { slurm, place, job } = cluster((each) => (each.requeues = false));
  const running = place.start(COUNTS);
  for (const limit of [0, 1]) {
    await place.appears(`ready${limit + 1}`);
    await slurm.reachLimit(await job(limit));
  }
  expect(readFileSync(outputOf(await running.ended), 'utf8')).toBe('1\n2\n3\n');
  expect(slurm.calls.get('sbatch')).toBe(3);
}, 60_000);

test('three starts without a newer checkpoint are a failure', async () => {
  const { slurm, place, job } = cluster();
  const running = place.start('echo >> started; trap "exit 1" TERM; while :; do sleep 0.05; done');
  const lines = (): number => {
    const file = path.join(place.root, 'started');
    return existsSync(file) ? readFileSync(file, 'utf8').length : 0;
  };
  for (const start of [1, 2, 3]) {
    while (lines() < start) await sleep(20);
    await sleep(200); // the trap is set
    await slurm.reachLimit(await job());
  }
  expect(failureOf(await running.ended)).toMatchObject({
    kind: 'job',
    message: expect.stringContaining('3 jobs in a row') as string,
  });
  expect(lines()).toBe(3);
}, 60_000);

test('a start whose node came back never writes beside the new one', async () => {
  const { slurm, place, job } = cluster();
  const running = place.start(
    'echo $$ >> pids; if mkdir first; then while :; do echo old > ${outputs.out}; sleep 0.1; done; fi; ' +
      'sleep 1; echo new > ${outputs.out}',
  );
  await place.appears('first');
  const old = slurm.startTwice(await job());
  expect(readFileSync(outputOf(await running.ended), 'utf8')).toBe('new\n');
  while (old?.exitCode === null && old.signalCode === null) await sleep(50);
  const [first] = readFileSync(path.join(place.root, 'pids'), 'utf8').split('\n');
  expect(existsSync(`/proc/${first}`)).toBe(false);
}, 60_000);

test('1,000 attempts that are ready together are one array, and the queue is asked once per interval for all', async () => {
  const { slurm, place } = cluster((each) => (each.starts = false));
  const running = Array.from({ length: 1000 }, () => place.start('true', { outputs: {} }));
  while (slurm.jobs.length < 1000) await sleep(50);
  const questions = slurm.calls.get('squeue') ?? 0;
  const began = performance.now();
  for (let number = 1; number <= 1000; number++) {
    const attempt = path.join(place.root, 'cache', 'work', `sandbox-${number}`, 'job');
    const start = startPath(attempt, 1);
    mkdirSync(outputsOf(start), { recursive: true });
    const end = { kind: 'ended', end: { kind: 'exit', code: 0 }, outputs: [], seconds: 1, execution: {} };
    writeFileSync(path.join(start, 'end.json'), JSON.stringify(end));
  }
  const results = await Promise.all(running.map(({ ended }) => ended));
  expect(results.every(({ kind }) => kind === 'ended')).toBe(true);
  expect(slurm.calls.get('sbatch')).toBe(1);
  const intervals = (performance.now() - began) / 150;
  expect((slurm.calls.get('squeue') ?? 0) - questions).toBeLessThanOrEqual(intervals + 1);
}, 120_000);
