import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { logTail } from './log-tail.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'log-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function tailOf(text: string): string[] {
  writeFileSync(path.join(folder, 'log'), text);
  return logTail(path.join(folder, 'log'));
}

test('the last twenty lines, or all of them', () => {
  expect(tailOf('a\nb\n')).toEqual(['a', 'b']);
  expect(tailOf('a\n\nb')).toEqual(['a', '', 'b']);
  expect(tailOf('')).toEqual([]);
  const lines = Array.from({ length: 50 }, (_, i) => `line ${i}`);
  expect(tailOf(`${lines.join('\n')}\n`)).toEqual(lines.slice(-20));
});

test('of a bar that overwrites itself, the last state', () => {
  expect(tailOf('start\n 10%\r 50%\r100%\r\ndone\n')).toEqual(['start', '100%', 'done']);
});

test('a line without an end is cut, and what lies far before the end is not read', () => {
  const [line, ...others] = tailOf('x'.repeat(5000));
  expect([line!.length, line!.slice(-6), others]).toEqual([2006, ' [...]', []]);
  expect(tailOf(`${'x'.repeat(1e6)}\nlast\n`)).toEqual(['last']);
});

test('a log that was never begun has no end', () => {
  expect(logTail(path.join(folder, 'none'))).toEqual([]);
});
