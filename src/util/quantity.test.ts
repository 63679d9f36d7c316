import { expect, test } from 'vitest';
import { bytesOf, millisecondsOf } from './quantity.ts';

test.each([
  ['12h', 43_200_000],
  ['1h 30m', 5_400_000],
  ['1.5s', 1500],
  ['300ms', 300],
  ['1d', 86_400_000],
  ['90', undefined],
  ['soon', undefined],
  ['1h soon', undefined],
])('%s is %j milliseconds', (text, milliseconds) => {
  expect(millisecondsOf(text)).toBe(milliseconds);
});

test.each([
  ['8 GiB', 8 * 2 ** 30],
  ['500MB', 500e6],
  ['1.5 KiB', 1536],
  ['12B', 12],
  ['12', undefined],
  ['8 gib', undefined],
])('%s is %j bytes', (text, bytes) => {
  expect(bytesOf(text)).toBe(bytes);
});
