/** The contract, and a promise of local processes only: none survives its runner. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { beforeAll, afterAll, expect, onTestFinished, test } from 'vitest';
import { executorContract, isRunning } from './executor.contract.ts';
import { localExecutor } from './local-executor.ts';

const store = mkdtempSync(path.join(os.tmpdir(), 'store-'));

executorContract('local executor', () => localExecutor(store));

const built = mkdtempSync(path.join(os.tmpdir(), 'runner-'));
const RUNNER = path.join(built, 'runner.mjs');

/** A runner of its own that starts one command and waits for it. */
beforeAll(() => {
  const contents = `import { localExecutor } from './local-executor.ts';
    const [folder, command, store] = process.argv.slice(2);
    const task = { command: ['/bin/sh', '-c', command], folder, environment: { PATH: process.env.PATH }, log: folder + '/log', sendsMessages: false, graceMs: 10000 };
    await localExecutor(store).start(task, () => {}).ended;`;
  buildSync({
    stdin: { contents, resolveDir: import.meta.dirname },
    outfile: RUNNER,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
});
afterAll(() => {
  rmSync(built, { recursive: true });
  rmSync(store, { recursive: true });
});

/** Leaves the process group, as coreutils' timeout does, and ignores every signal that can be ignored. */
const STUBBORN =
  'echo $$ > leader; trap "" TERM HUP INT; timeout 1000 sleep 1000 & echo $! > left; sleep 1000 & echo $! > ' +
  'child; echo > ready; wait';

test('kill -9 of the runner leaves no orphan, in whatever process group', async () => {
  const { runner, folder } = await started(STUBBORN);
  runner.kill('SIGKILL');
  await gone(['leader', 'left', 'child'].map((file) => pidIn(folder, file)));
});

test('a guard that is killed is replaced: kill -9 of the runner still leaves no orphan', async () => {
  const { runner, folder } = await started(STUBBORN);
  const first = guardOf(runner);
  process.kill(first, 'SIGKILL');
  await until(() => ![undefined, first].includes(guardOf(runner, 'maybe')));
  expect(isRunning(pidIn(folder, 'leader'))).toBe(true);
  runner.kill('SIGKILL');
  await gone(['leader', 'left', 'child'].map((file) => pidIn(folder, file)));
});

/** Two processes in sessions of their own, as torchrun's workers and as daemons are: of one the parent has ended. */
const DAEMONS =
  'echo $$ > leader; setsid sh -c "trap \\"\\" TERM; echo \\$\\$ > child; while :; do sleep 1; done" & (setsid ' +
  'sleep 1000 & echo $! > left); sleep 0.2; echo > ready; wait';

test('kill -9 of the runner leaves no process that started a session of its own', async () => {
  const { runner, folder } = await started(DAEMONS);
  runner.kill('SIGKILL');
  await gone(['leader', 'left', 'child'].map((file) => pidIn(folder, file)));
});

test('what is left after kill -9 of runner and guard is named and killed by the next run on this store only', async () => {
  const { runner, folder } = await started(DAEMONS);
  process.kill(guardOf(runner), 'SIGSTOP');
  const guard = guardOf(runner);
  runner.kill('SIGKILL');
  process.kill(guard, 'SIGKILL');
  await gone([runner.pid!]);
  const left = ['leader', 'left', 'child'].map((file) => pidIn(folder, file));
  expect(left.map(isRunning)).toEqual([true, true, true]);
  expect(await localExecutor(`${store}-other`).endOrphans()).toEqual([]);
  const ended = await localExecutor(store).endOrphans();
  expect(ended.map(({ pid }) => pid)).toEqual(expect.arrayContaining(left));
  expect(ended.map(({ command }) => command)).toContain('sleep 1000');
  expect(left.some(isRunning)).toBe(false);
  expect(await localExecutor(store).endOrphans()).toEqual([]);
});

test('stages of a runner that lives are no orphans', async () => {
  const { folder } = await started(DAEMONS);
  expect(await localExecutor(store).endOrphans()).toEqual([]);
  expect(isRunning(pidIn(folder, 'left'))).toBe(true);
});

test('the guard ends with the run', async () => {
  const { runner, folder } = await started('echo $$ > leader; echo > ready; while [ ! -e go ]; do sleep 0.01; done');
  const guard = guardOf(runner);
  execFileSync('touch', ['go'], { cwd: folder });
  await new Promise((resolve) => runner.on('exit', resolve));
  await gone([guard]);
});

function temporary(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'executor-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

async function started(command: string): Promise<{ readonly runner: ChildProcess; readonly folder: string }> {
  const folder = temporary();
  const runner = spawn(process.execPath, [RUNNER, folder, command, store], { stdio: 'ignore' });
  onTestFinished(() => {
    runner.kill('SIGKILL');
  });
  await until(() => existsSync(path.join(folder, 'ready')));
  return { runner, folder };
}

const pidIn = (folder: string, file: string): number => Number(readFileSync(path.join(folder, file), 'utf8'));

function guardOf(runner: ChildProcess): number;
function guardOf(runner: ChildProcess, maybe: 'maybe'): number | undefined;
function guardOf({ pid }: ChildProcess): number | undefined {
  const children = readFileSync(`/proc/${pid!}/task/${pid!}/children`, 'utf8').trim().split(' ').map(Number);
  return children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('\0guard\0'));
}

async function gone(pids: readonly number[]): Promise<void> {
  await until(() => !pids.some(isRunning));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
