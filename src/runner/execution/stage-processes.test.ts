import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

test('a stage that is gone is neither alive nor signalled', async () => {
  const child = spawn('true', { detached: true });
  await once(child, 'exit');
  const processes = new StageProcesses(child.pid!, 'nobody');
  expect(processes.isAlive()).toBe(false);
  expect(processes.peakMemory()).toBeUndefined();
  processes.signal('SIGKILL', 'everywhere');
});
