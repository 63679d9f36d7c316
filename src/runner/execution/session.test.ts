import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { isSessionAlive, peakMemoryOf, signalSession } from './session.ts';

async function leader(script: string): Promise<number> {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => {
    signalSession(child.pid!, 'SIGKILL');
  });
  await once(child.stdout, 'data');
  return child.pid!;
}

test('the peak of memory is that of the largest process, also when it gave the memory back', async () => {
  const program =
    "let b = Buffer.alloc(2e8, 1); b = undefined; gc(); console.log('ready'); setInterval(() => {}, 1000)";
  const session = await leader(`${process.execPath} --expose-gc -e "${program}"; true`);
  expect(peakMemoryOf(session)).toBeGreaterThan(2e8);
});

test('a session is alive as long as any of its processes is, in whatever group', async () => {
  const session = await leader('timeout 1000 sleep 1000 & echo ready; exit');
  expect(isSessionAlive(session)).toBe(true);
  signalSession(session, 'SIGKILL');
  while (isSessionAlive(session)) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('a session that is gone is neither alive nor signalled', async () => {
  const child = spawn('true', { detached: true });
  await once(child, 'exit');
  expect(isSessionAlive(child.pid!)).toBe(false);
  expect(peakMemoryOf(child.pid!)).toBeUndefined();
  signalSession(child.pid!, 'SIGKILL');
});
