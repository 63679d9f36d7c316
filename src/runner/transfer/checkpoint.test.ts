import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { InstanceId } from '../../formats/identity.ts';
import { closeCheckpoint, openCheckpoint, otherCheckpoints } from './checkpoint.ts';

const ID = 'train:seed=0' as InstanceId;
const A = new Map([['data.csv', 'written once']]);
const B = new Map([['data.csv', 'written twice']]);
let folder: string;
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'checkpoint-')), 'abc');
  onTestFinished(() => {
    rmSync(path.dirname(folder), { recursive: true });
  });
});
const save = (): void => {
  writeFileSync(path.join(folder, 'epoch-1'), '');
};

test('an attempt that finds a checkpoint resumes, and the resumes are counted as long as there is one', () => {
  expect(openCheckpoint(folder, ID, A)).toEqual({ resumed: false, resumes: 0, discarded: false });
  closeCheckpoint(folder, true);
  expect(existsSync(folder)).toBe(false); // an empty checkpoint leaves nothing
  for (const resumes of [0, 1, 2]) {
    expect(openCheckpoint(folder, ID, A)).toEqual({ resumed: resumes > 0, resumes, discarded: false });
    save();
    closeCheckpoint(folder, true);
  }
  closeCheckpoint(folder, false);
  expect(openCheckpoint(folder, ID, A)).toEqual({ resumed: false, resumes: 0, discarded: false });
});

test(
  'after a kill, a checkpoint counts only if no input was written to since; after an orderly end, they were looked ' +
    'at',
  () => {
    openCheckpoint(folder, ID, A);
    save();
    expect(openCheckpoint(folder, ID, A)).toMatchObject({ resumed: true, discarded: false });
    expect(openCheckpoint(folder, ID, B)).toEqual({ resumed: false, resumes: 0, discarded: true });
    expect(readdirSync(folder)).toEqual(['.inputs', '.instance']);
    save();
    closeCheckpoint(folder, true);
    expect(openCheckpoint(folder, ID, A)).toMatchObject({ resumed: true, discarded: false });
  },
);

test('whatever a stage makes of the folder, the next attempt has one', () => {
  openCheckpoint(folder, ID, A);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file');
  closeCheckpoint(folder, true);
  expect(openCheckpoint(folder, ID, A)).toEqual({ resumed: false, resumes: 0, discarded: false });
  rmSync(folder, { recursive: true });
  closeCheckpoint(folder, true);
  expect(openCheckpoint(folder, ID, A)).toMatchObject({ resumed: false });
});

test('checkpoints of the same instance that another fingerprint left behind are found', () => {
  const other = path.join(path.dirname(folder), 'def');
  for (const [place, id] of [
    [folder, ID],
    [other, ID],
    [path.join(path.dirname(folder), 'ghi'), 'train:seed=1'],
  ] as const) {
    openCheckpoint(place, id as InstanceId, A);
    writeFileSync(path.join(place, 'epoch-1'), '');
    closeCheckpoint(place, true);
  }
  expect(otherCheckpoints(folder, ID)).toEqual([other]);
  openCheckpoint(path.join(path.dirname(folder), 'empty'), ID, A);
  expect(otherCheckpoints(folder, ID)).toEqual([other]);
});
