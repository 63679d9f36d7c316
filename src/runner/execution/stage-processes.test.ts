import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TAG_VARIABLE } from './execution-tag.ts';
import { StageProcesses } from './stage-processes.ts';

let tags = 0;

async function start(script: string): Promise<StageProcesses> {
  const tag = `test.${process.pid}.${++tags}`;
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, [TAG_VARIABLE]: tag },
  });
  const processes = new StageProcesses(child.pid!, tag);
  onTestFinished(() => {
    processes.signal('SIGKILL', 'everywhere');
  });
  await once(child.stdout, 'data');
  return processes;
}

async function end(processes: StageProcesses): Promise<void> {
  while (processes.isAlive()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('the peak of memory is that of the largest process, also when it gave the memory back', async () => {
  const program =
    "let b = Buffer.alloc(2e8, 1); b = undefined; gc(); console.log('ready'); setInterval(() => {}, 1000)";
  const processes = await start(`${process.execPath} --expose-gc -e "${program}"; true`);
  expect(processes.peakMemory()).toBeGreaterThan(2e8);
});

test('a stage is alive as long as any process of its session is, in whatever group', async () => {
  const processes = await start('timeout 1000 sleep 1000 & echo ready; exit');
  expect(processes.isAlive()).toBe(true);
  processes.signal('SIGKILL', 'session');
  await end(processes);
});

test('a stage is alive as long as a process is that left its session; a signal to the session does not reach it', async () => {
  const processes = await start('setsid sh -c "echo ready; sleep 1000" & wait');
  const session = (): boolean[] => processes.list().map((each) => processes.hasLeftSession(each));
  processes.signal('SIGKILL', 'session');
  while (session().includes(false)) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(processes.isAlive()).toBe(true);
  processes.signal('SIGKILL', 'everywhere');
  await end(processes);
});

test('the tag of one stage is not the beginning of that of another', async () => {
  const first = await start('setsid sh -c "echo ready; sleep 1000" & wait');
  const tag = `test.${process.pid}.${tags}0`;
  const child = spawn('setsid', ['sleep', '1000'], { env: { ...process.env, [TAG_VARIABLE]: tag } });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(first.list().map(({ pid }) => pid)).not.toContain(child.pid);
});

test('a process that left the session is not lost while it replaces its program, again and again', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'again-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  writeFileSync(path.join(folder, 'again'), '#!/bin/sh\nexec "$0"\n', { mode: 0o755 });
  const processes = await start(`setsid ${folder}/again & sleep 0.2; echo ready; wait`);
  processes.signal('SIGKILL', 'session');
  const end = Date.now() + 500;
  const answers = new Set<boolean>();
  while (Date.now() < end) answers.add(processes.isAlive());
  expect(answers).toEqual(new Set([true]));
  while (processes.isAlive()) processes.signal('SIGKILL', 'everywhere');
});

test('a process without any variable is taken for one of the stage for a second only', async () => {
  const processes = await start('setsid env -i sleep 3 & echo ready; wait');
  processes.signal('SIGKILL', 'session');
  const stranger = spawn('sleep', ['1000'], { env: {}, detached: true });
  onTestFinished(() => void stranger.kill('SIGKILL'));
  const began = performance.now();
  await end(processes);
  expect(performance.now() - began).toBeLessThan(5000);
});

test('a stage that is gone is neither alive nor signalled', async () => {
  const child = spawn('true', { detached: true });
  await once(child, 'exit');
  const processes = new StageProcesses(child.pid!, 'nobody');
  await end(processes);
  expect(processes.peakMemory()).toBeUndefined();
  processes.signal('SIGKILL', 'everywhere');
});
