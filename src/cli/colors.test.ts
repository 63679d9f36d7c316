import { expect, test } from 'vitest';
import { wantsColor } from './colors.ts';

const wants = (option: boolean | undefined, environment: Record<string, string>, isTerminal: boolean) =>
  wantsColor({ option, environment, isTerminal });

test('a terminal is coloured, a pipe is not', () => {
  expect(wants(undefined, {}, true)).toBe(true);
  expect(wants(undefined, {}, false)).toBe(false);
  expect(wants(undefined, { TERM: 'dumb' }, true)).toBe(false);
});

test('CI alone colours nothing', () => {
  expect(wants(undefined, { CI: 'true' }, false)).toBe(false);
});

test('the option wins over NO_COLOR, NO_COLOR over FORCE_COLOR, FORCE_COLOR over the pipe', () => {
  expect(wants(true, { NO_COLOR: '1' }, false)).toBe(true);
  expect(wants(false, { FORCE_COLOR: '1' }, true)).toBe(false);
  expect(wants(undefined, { NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
  expect(wants(undefined, { FORCE_COLOR: '1' }, false)).toBe(true);
  expect(wants(undefined, { FORCE_COLOR: '0' }, true)).toBe(false);
});

test('empty variables say nothing', () => {
  expect(wants(undefined, { NO_COLOR: '' }, true)).toBe(true);
  expect(wants(undefined, { FORCE_COLOR: '' }, false)).toBe(false);
});
