import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LineTail } from './line-tail.ts';

test('each line is told once, when it is whole; a file that was replaced is read anew', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tail-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'lines');
  const tail = new LineTail(file);
  expect(tail.read()).toEqual([]);
  writeFileSync(file, 'one\ntw');
  expect(tail.read()).toEqual(['one']);
  appendFileSync(file, `o\n${'ü'.repeat(50_000)}\n`);
  expect(tail.read()).toEqual(['two', 'ü'.repeat(50_000)]);
  expect(tail.read()).toEqual([]);
  writeFileSync(`${file}.new`, `${'x'.repeat(200_000)}\n`);
  renameSync(`${file}.new`, file);
  expect(tail.read()).toEqual(['x'.repeat(200_000)]);
  writeFileSync(file, 'short\n');
  expect(tail.read()).toEqual(['short']);
});
