import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isProvablyDead, writeOwner } from './owner.ts';

function ownerFile(changes: object) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'owner-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'owner.json');
  writeOwner(file);
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...changes }));
  return file;
}

const ended = spawnSync('true').pid;

test.each([
  ['a running process', {}, false],
  ['a process that ended', { pid: ended }, true],
  ['a process whose number now belongs to another', { started: '1' }, true],
  ['an earlier start of this machine', { boot: 'another' }, true],
  ['another host, whatever its process numbers say', { host: 'elsewhere', pid: ended, boot: 'another' }, false],
  ['another container on this host', { namespace: 'pid:[1]', pid: ended }, false],
  ['nobody in particular', { pid: 'x' }, false],
])('a folder of %s is provably dead: %j -> %s', (_, changes, dead) => {
  expect(isProvablyDead(ownerFile(changes))).toBe(dead);
});

test('a folder without a readable owner is left alone', () => {
  const file = ownerFile({});
  writeFileSync(file, '{"ho');
  expect(isProvablyDead(file)).toBe(false);
  expect(isProvablyDead('/nowhere')).toBe(false);
});
