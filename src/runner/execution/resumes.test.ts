import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { countResume } from './resumes.ts';

test('an attempt that finds a checkpoint resumes, and the resumes are counted as long as there is one', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'checkpoint-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  expect(countResume(folder)).toEqual({ resumed: false, resumes: 0 });
  expect(readdirSync(folder)).toEqual([]); // nothing is left where nothing was saved
  writeFileSync(path.join(folder, 'epoch-1'), '');
  expect(countResume(folder)).toEqual({ resumed: true, resumes: 1 });
  expect(countResume(folder)).toEqual({ resumed: true, resumes: 2 });
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  expect(countResume(folder)).toEqual({ resumed: false, resumes: 0 });
});
