import { describe, expect, test } from 'vitest';
import { ignoreRules, isIgnorePattern, isLitter } from './ignore.ts';

const ignores = (file: string, more: readonly string[] = [], isFolder = false): boolean =>
  ignoreRules('/project', more).within('data')?.includes(`/project/data/${file}`, isFolder) ?? false;

test.each([
  'model.pyc',
  'deep/er/model.cpython-312.pyc',
  '.DS_Store',
  '._photo.png',
  'Thumbs.db',
  'desktop.ini',
  'notes.txt~',
  '.train.py.swp',
  '.#train.py',
  '#train.py#',
  '.~lock.table.ods#',
  '~$table.xlsx',
  '.nfs000000000123',
  '.git',
])('%s is ignored by default', (file) => {
  expect(ignores(file)).toBe(true);
});

test.each(['__pycache__', '.ipynb_checkpoints', '.git', '.pytest_cache'])('the folder %s is ignored', (file) => {
  expect(ignores(file, [], true)).toBe(true);
});

test.each(['a.py', 'DS_Store', 'thumbs.dbx', '.hidden', 'a~b', '__pycache__', 'swp', '.gitignore', 'x.sw', '#1.png'])(
  'the file %s counts',
  (file) => {
    expect(ignores(file)).toBe(false);
  },
);

describe('patterns of the pipeline file', () => {
  test.each([
    ['*.bak', 'a.bak', true],
    ['*.bak', 'deep/a.bak', true],
    ['*.bak', 'a.bak.png', false],
    ['log?.txt', 'log1.txt', true],
    ['[!a]*.txt', 'b.txt', true],
    ['[!a]*.txt', 'a.txt', false],
    ['/data/old.csv', 'old.csv', true],
    ['/data/old.csv', 'deep/old.csv', false],
    ['data/*.log', 'a.log', true],
    ['data/*.log', 'deep/a.log', false],
    ['data/**/*.log', 'deep/er/a.log', true],
    ['data/**/*.log', 'a.log', true],
    ['**/tmp.txt', 'deep/tmp.txt', true],
    ['\\!x', '!x', true],
    ['a.b', 'axb', false],
    ['(1).png', '(1).png', true],
  ])('%s: %s', (pattern, file, expected) => {
    expect(ignores(file, [pattern])).toBe(expected);
  });

  test('a folder is ignored by a pattern that ends in a slash, a file of its name is not', () => {
    expect(ignores('scratch', ['scratch/'], true)).toBe(true);
    expect(ignores('scratch', ['scratch/'])).toBe(false);
  });

  test('all but some files', () => {
    const only = ['*', '!*/', '!*.png'];
    expect(ignores('a.txt', only)).toBe(true);
    expect(ignores('deep', only, true)).toBe(false);
    expect(ignores('deep/a.png', only)).toBe(false);
  });

  test('a set that ends before it begins is no pattern', () => {
    expect(['[z-a]', '', '!', '/'].map(isIgnorePattern)).toEqual([false, false, false, false]);
    expect(['[', '[a-z]', '!*.pyc', '*'].map(isIgnorePattern)).toEqual([true, true, true, true]);
  });

  test('the last one that matches decides', () => {
    expect(ignores('a.pyc', ['!*.pyc'])).toBe(false);
    expect(ignores('a.pyc', ['!*.pyc', 'a.*'])).toBe(true);
    expect(ignores('a.pyo', ['!*.pyc'])).toBe(true);
  });
});

test('an input that names such files itself reads them', () => {
  const rules = ignoreRules('/project', ['*.bak']);
  for (const input of ['lib/__pycache__', '.git', '.git/refs', '**/*.pyc', 'src/__pycache__/*', 'data/*.bak'])
    expect(rules.within(input)).toBeUndefined();
  for (const input of ['lib', 'data/*.png', '**']) expect(rules.within(input)).toBeDefined();
});

test('litter is what no user wrote', () => {
  expect(['.DS_Store', 'a/__pycache__/x', 'b.pyc'].every(isLitter)).toBe(true);
  expect(['.a.swp', '.ipynb_checkpoints/a.ipynb', 'a~', 'a.py'].some(isLitter)).toBe(false);
});
