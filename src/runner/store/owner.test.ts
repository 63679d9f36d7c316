import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { HEARTBEAT_MS, judgeOwner, keepAlive, SILENCE_MS, writeOwner } from './owner.ts';

/** The server's clock, which is not ours. */
const SERVER = Date.parse('2001-01-01');

/** An entry that was last written `silentMs` ago. */
function entry(changes: object, silentMs = 0): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'owner-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'owner.json');
  writeOwner(file);
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...changes }));
  const then = new Date(SERVER - silentMs);
  utimesSync(file, then, then);
  return file;
}

const state = (file: string): string => judgeOwner(file, () => SERVER).state;
const ended = spawnSync('true').pid;

test.each([
  ['a running process, however long it is silent', {}, 'alive', 'alive'],
  ['a process that ended', { pid: ended }, 'dead', 'dead'],
  ['a process whose number now belongs to another', { started: '1' }, 'dead', 'dead'],
  [
    'another boot: an earlier one of this machine, or another machine of this name',
    { boot: 'another' },
    'alive',
    'dead',
  ],
  ['another host, whatever its process numbers say', { host: 'elsewhere', pid: ended }, 'alive', 'dead'],
  ['another container on this host, even if both are process 1', { namespace: 'pid:[1]', pid: 1 }, 'alive', 'dead'],
  ['nobody in particular', { pid: 'x' }, 'alive', 'dead'],
  ['every process', { pid: -1 }, 'alive', 'dead'],
  ['the caller’s own group', { pid: 0 }, 'alive', 'dead'],
])('%s: %j is %s if it was heard of just now, and %s after a silence', (_, changes, now, later) => {
  expect([state(entry(changes)), state(entry(changes, SILENCE_MS))]).toEqual([now, later]);
});

test('an entry that cannot be read is judged by its silence; one that is not there is gone', () => {
  const file = entry({});
  writeFileSync(file, '{"ho');
  utimesSync(file, SERVER / 1000, SERVER / 1000);
  expect(state(file)).toBe('alive');
  expect(judgeOwner(file, () => SERVER + SILENCE_MS).state).toBe('dead');
  expect(state('/nowhere/at/all')).toBe('gone');
});

test('a server whose clock runs behind makes nobody silent', () => {
  expect(judgeOwner(entry({ host: 'elsewhere' }), () => SERVER - 5000)).toEqual({
    state: 'alive',
    name: `process ${process.pid} on elsewhere, last heard of 0 s ago`,
  });
});

// Only root may start one.
test.skipIf(process.getuid?.() !== 0)('a process of another user is seen as well as our own', async () => {
  const child = spawn('sleep', ['60'], { uid: 65534, stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  await new Promise((resolve) => child.on('spawn', resolve));
  const started = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ')[21]!;
  expect(state(entry({ pid: child.pid, started }, SILENCE_MS))).toBe('alive');
});

test('an owner writes its entry again and again, until it rests; the entry stays what it was', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const file = entry({});
  const text = readFileSync(file, 'utf8');
  const age = (): void => {
    utimesSync(file, SERVER / 1000, SERVER / 1000);
  };
  const rest = keepAlive(file);
  vi.advanceTimersByTime(HEARTBEAT_MS);
  expect(statSync(file).mtimeMs).toBeGreaterThan(SERVER);
  expect(readFileSync(file, 'utf8')).toBe(text);
  age();
  rest();
  vi.advanceTimersByTime(10 * HEARTBEAT_MS);
  expect(statSync(file).mtimeMs).toBe(SERVER);
});
