import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { globSelection } from './glob.ts';
import { listFolder } from './listing.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'glob-'));
for (const file of [
  'a.csv',
  'data/a.csv',
  'data/b.txt',
  'data/x/c.csv',
  'data/x/y/d.csv',
  'data/.hidden/e.csv',
  'data/node_modules/f.csv',
  'data/.g.csv',
  'set [1]/a (1).csv',
  'set [1]/a 1.csv',
]) {
  mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(root, file), file);
}
afterAll(() => {
  rmSync(root, { recursive: true });
});

test.each([
  ['*.csv', '.', ['a.csv']],
  ['data/*.csv', 'data', ['a.csv']],
  ['data/*', 'data', ['a.csv', 'b.txt']],
  ['data/**/*.csv', 'data', ['a.csv', 'x/c.csv', 'x/y/d.csv']],
  ['data/*/c.csv', 'data', ['x/c.csv']],
  ['*/x/*.csv', '.', ['data/x/c.csv']],
  ['data/{a,b}.{csv,txt}', 'data', ['a.csv', 'b.txt']],
  ['data/**', 'data', ['a.csv', 'b.txt', 'x/c.csv', 'x/y/d.csv']],
  ['data/?.none', 'data', []],
  ['set \\[1\\]/* \\(1\\).csv', 'set [1]', ['a (1).csv']],
])('%s starts from %s and selects %j', (pattern, base, names) => {
  const glob = globSelection(pattern);
  expect(glob.base).toBe(base);
  expect([...listFolder(path.join(root, base), glob.selection).names].sort()).toEqual(names);
});
