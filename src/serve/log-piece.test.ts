import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { InstanceId } from '../formats/identity.ts';
import { newLogFile } from '../runner/store/log-files.ts';
import { readLogPiece } from './log-piece.ts';
import { shownLines, withPiece, type LogText } from './page/log-text.ts';

test('a log is followed piece by piece, across attempts, and never in the middle of a letter', () => {
  const store = mkdtempSync(path.join(os.tmpdir(), 'log-piece-'));
  onTestFinished(() => {
    rmSync(store, { recursive: true });
  });
  const id = 'train:seed=0' as InstanceId;
  expect(readLogPiece(store, id)).toBeUndefined();
  mkdirSync(path.join(store, 'logs'), { recursive: true });
  const log = newLogFile(store, id, '2026-12-01T12:00:00.000Z', 'w', 1);
  writeFileSync(log, `${'early\n'.repeat(20_000)}last\n`);
  let text: LogText | undefined;
  const follow = (): readonly string[] => {
    const piece = readLogPiece(store, id, text);
    if (piece === undefined) throw new Error('There is a log.');
    text = withPiece(text, piece);
    return shownLines(text);
  };
  expect(follow().slice(-2)).toEqual(['early', 'last']);
  expect(follow().length).toBeLessThan(500);
  const [first, second] = [Buffer.from('grün\n').subarray(0, 3), Buffer.from('grün\n').subarray(3)];
  appendFileSync(log, first);
  expect(follow().at(-1)).toBe('gr');
  appendFileSync(log, second);
  expect(follow().at(-1)).toBe('grün');
  appendFileSync(log, '\u001b[32m10 %\u001b[0m\r 50 %\r100 %\n');
  expect(follow().at(-1)).toBe('100 %');
  writeFileSync(newLogFile(store, id, '2026-12-01T12:00:09.000Z', 'w', 2), 'again\n');
  expect(follow()).toEqual(['again']);
});
