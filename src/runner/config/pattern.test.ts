import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { patternOf } from './pattern.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'pattern-'));
for (const file of ['scan [1].png', '{old,new}.txt', 'set [2024]/a.png', 'a(b)/c.png', 'odd*name', '@(x|y)']) {
  mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(root, file), '');
}
afterAll(() => {
  rmSync(root, { recursive: true });
});

test.each([
  'photo (1).jpg',
  'missing (a|b).png',
  'c++ (x)/t.csv',
  'a!b',
  'scan [1].png',
  './scan [1].png',
  '{old,new}.txt',
  'set [2024]/a.png',
  '@(x|y)',
  '@scope/x',
  '../shared',
  'a{b}',
])('%s is a path', (text) => {
  expect(patternOf(root, text)).toBeUndefined();
});

test.each([
  ['*.png', '*.png'],
  ['data//**/?.csv', 'data/**/?.csv'],
  ['scan [0-9].png', 'scan [0-9].png'],
  ['{a,b}.txt', '{a,b}.txt'],
  ['@(a|b).txt', '@(a|b).txt'],
  ['odd*name', 'odd*name'],
  ['photo (*).jpg', 'photo \\(*\\).jpg'],
  ['set [2024]/*.png', 'set \\[2024\\]/*.png'],
  ['set [2023]/*.png', 'set [2023]/*.png'],
  ['a(b)/*.png', 'a\\(b\\)/*.png'],
  ['a(c)/*.png', 'a\\(c\\)/*.png'],
  [path.join(root, '*.png'), '*.png'],
])('%s selects by %s', (text, pattern) => {
  expect(patternOf(root, text)).toBe(pattern);
});
