import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeStateFolder, readState, writeState } from './state-file.ts';

function storeFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'state-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

test('what was written is read again, unless it was written in another format or changed in any byte', async () => {
  const file = path.join(makeStateFolder(storeFolder()), 'x');
  await writeState(file, 'x 1', [['a', 1n]]);
  expect(readState(file, 'x 1')).toEqual([['a', 1n]]);
  expect(readState(file, 'x 2')).toBeUndefined();
  const sound = readFileSync(file);
  for (let i = 0; i < sound.length; i++) {
    const flipped = Buffer.from(sound);
    flipped[i]! ^= 1;
    writeFileSync(file, flipped);
    expect(readState(file, 'x 1')).toBeUndefined();
    writeFileSync(file, sound.subarray(0, i));
    expect(readState(file, 'x 1')).toBeUndefined();
  }
});

test('a folder in place of a state file counts as absent and gives way', async () => {
  const file = path.join(makeStateFolder(storeFolder()), 'x');
  mkdirSync(path.join(file, 'inside'), { recursive: true });
  expect(readState(file, 'x 1')).toBeUndefined();
  await writeState(file, 'x 1', 'value');
  expect(readState(file, 'x 1')).toBe('value');
});

test('a file in place of the state folder gives way', async () => {
  const folder = storeFolder();
  writeFileSync(path.join(folder, 'state'), 'x');
  await writeState(path.join(makeStateFolder(folder), 'x'), 'x 1', 'value');
  expect(readdirSync(path.join(folder, 'state'))).toEqual(['x']);
});

test('a state file that cannot be written is no fault', async () => {
  const folder = storeFolder();
  writeFileSync(path.join(folder, 'file'), '');
  await writeState(path.join(folder, 'file', 'x'), 'x 1', 'value');
  expect(readdirSync(folder)).toEqual(['file']);
});
