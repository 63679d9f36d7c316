import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { registerRunner, beginSweep, livingRunners } from './runner-registration.ts';

function store(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'registration-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

function begun(folder: string): { release(): void } {
  const lease = beginSweep(folder);
  if (!lease.ok) throw new Error(lease.error);
  return lease.value;
}

test('a sweep sees who is at work and what they rely on, and nobody once they are done', async () => {
  const folder = store();
  expect(livingRunners(folder)).toEqual({ count: 0, names: new Set(), since: Infinity });
  const [one, two] = [await registerRunner(folder), await registerRunner(folder)];
  expect([await one.relyOn(['a', 'b']), await two.relyOn(['b', 'c'])]).toEqual([true, true]);
  const { count, names, since } = livingRunners(folder);
  expect([count, [...names].sort(), since <= Date.now()]).toEqual([2, ['a', 'b', 'c'], true]);
  one.unregister();
  expect([...livingRunners(folder).names].sort()).toEqual(['b', 'c']);
  two.unregister();
  expect(readdirSync(path.join(folder, 'runners'))).toEqual([]);
});

test('what was noted before a sweep stands; what is noted after one that came between must be decided again, once', async () => {
  const folder = store();
  const runner = await registerRunner(folder);
  expect(await runner.relyOn(['a'])).toBe(true);
  begun(folder).release();
  expect(await runner.relyOn(['a'])).toBe(true);
  expect(await runner.relyOn(['b'])).toBe(false);
  expect(await runner.relyOn(['b'])).toBe(true);
  expect(await runner.relyOn(['c'])).toBe(true);
  runner.unregister();
});

test('a decision and a beginning wait for the end of a sweep that is under way', async () => {
  const folder = store();
  const runner = await registerRunner(folder);
  const sweep = begun(folder);
  const ended: string[] = [];
  const decision = runner.relyOn(['a']).then((stands) => ended.push(`decided again: ${!stands}`));
  const beginning = registerRunner(folder).then((other) => {
    ended.push('began');
    other.unregister();
  });
  // Its note is there before it waits: this sweep or the next one reads it.
  expect([...livingRunners(folder).names]).toEqual(['a']);
  ended.push('swept');
  sweep.release();
  await Promise.all([decision, beginning]);
  expect(ended[0]).toBe('swept');
  expect(ended.slice(1).sort()).toEqual(['began', 'decided again: true']);
  runner.unregister();
});

test('two sweeps do not meet', () => {
  const folder = store();
  const sweep = begun(folder);
  expect(beginSweep(folder)).toMatchObject({
    ok: false,
    error: expect.stringContaining(`process ${process.pid}`) as string,
  });
  sweep.release();
  begun(folder).release();
});

test('the notes of a runner that died are removed; one that has only just begun spares everything', () => {
  const folder = store();
  const runners = path.join(folder, 'runners');
  const dead = path.join(runners, '0123456789abcdef');
  mkdirSync(dead, { recursive: true });
  writeFileSync(`${dead}.names`, '1000\na\n');
  expect(livingRunners(folder)).toMatchObject({ count: 0 });
  expect(readdirSync(runners)).toEqual([]);
  const young = path.join(runners, 'fedcba9876543210');
  mkdirSync(young);
  writeFileSync(path.join(young, 'owner.json'), '{"host": "another"}');
  expect(livingRunners(folder)).toMatchObject({ count: 1, since: 0 });
});
