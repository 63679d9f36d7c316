import { expect, test } from 'vitest';
import { bytes } from './bytes.ts';
import { count } from './count.ts';
import { duration } from './duration.ts';
import { instant } from './instant.ts';
import { shellWord } from '../../util/shell-word.ts';
import { pad, truncate, width, wrap } from './width.ts';

test.each([
  [0, '0.0s'],
  [0.26, '0.3s'],
  [9.94, '9.9s'],
  [9.96, '10s'],
  [59.4, '59s'],
  [59.6, '1m 00s'],
  [296, '4m 56s'],
  [3599.6, '1h 00m'],
  [3720, '1h 02m'],
  [24 * 3600, '1d 00h'],
  [(3 * 24 + 4) * 3600, '3d 04h'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test.each([
  [0, '0 B'],
  [812, '812 B'],
  [1000, '0.98 KiB'],
  [1536, '1.5 KiB'],
  [312 * 1024 ** 2, '312 MiB'],
  [14.25 * 1024 ** 3, '14.3 GiB'],
])('%d bytes are %s', (size, text) => {
  expect(bytes(size)).toBe(text);
});

test('nouns agree with their number', () => {
  expect([count(0, 'stage'), count(1, 'stage'), count(2, 'stage')]).toEqual(['0 stages', '1 stage', '2 stages']);
});

test('an instant is told in UTC to the minute', () => {
  expect(instant('2026-11-23T00:41:59.123Z')).toBe('2026-11-23 00:41 UTC');
});

test.each([
  ['finetune:model=M2,seed=0', 'finetune:model=M2,seed=0'],
  ['a b', "'a b'"],
  ["it's", "'it'\\''s'"],
  ['$(reboot)', "'$(reboot)'"],
  ['', "''"],
])('%s is typed in a shell as %s', (word, typed) => {
  expect(shellWord(word)).toBe(typed);
});

test('width counts cells: wide letters two, escape sequences none', () => {
  expect(width('数据')).toBe(4);
  expect(width('\u001B[31mred\u001B[39m')).toBe(3);
  expect(pad('数据', 6)).toBe('数据  ');
  expect(pad('7', 3, 'right')).toBe('  7');
});

test('truncated text fits and shows that something is missing', () => {
  expect(truncate('pretrain', 8)).toBe('pretrain');
  expect(truncate('pretrain', 7)).toBe('pretra…');
  expect(truncate('数据集', 4)).toBe('数…');
});

test('text wraps at spaces, and a word that is too long is broken', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij']);
  expect(wrap('a\nb', 9)).toEqual(['a', 'b']);
  expect(wrap('', 5)).toEqual(['']);
});
