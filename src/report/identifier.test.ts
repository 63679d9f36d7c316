import { expect, test } from 'vitest';
import { random } from '../util/random.ts';
import { identifier } from './identifier.ts';

test('an id has only letters, digits, lines and hyphens', () => {
  expect(identifier('answer', 'Covid 19', 'é"<')).toMatch(/^[\w-]+$/);
});

test('different names have different ids, also where the number of a character runs into what follows', () => {
  const source = random('identifier test');
  const letters = ['a', '9', '1', '2', '0', '-', '_', ' ', 'é', '\u0e91', '\u0209', '"'];
  const names = new Set([
    '\u00e91',
    '\u0e91',
    ' 9',
    '\u0209',
    '_20_',
    ' ',
    ...Array.from({ length: 3000 }, () =>
      Array.from({ length: 1 + source.integer(4) }, () => letters[source.integer(letters.length)]!).join(''),
    ),
  ]);
  expect(new Set([...names].map((name) => identifier(name))).size).toBe(names.size);
  expect(identifier('a', 'b')).not.toBe(identifier('a-b'));
  expect(identifier('a', '')).not.toBe(identifier('a'));
});
