import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, suggest } from './suggest.ts';

/** The definition, by plain recursion. */
function slow(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const same = a.at(-1) === b.at(-1) ? 0 : 1;
  const swapped = a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1);
  return Math.min(
    slow(a.slice(0, -1), b) + 1,
    slow(a, b.slice(0, -1)) + 1,
    slow(a.slice(0, -1), b.slice(0, -1)) + same,
    swapped ? slow(a.slice(0, -2), b.slice(0, -2)) + 1 : Infinity,
  );
}

test('the distance is the one of the recursive definition', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(slow(a, b));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['finetnue', 'finetune'],
  ['Ingest', 'ingest'],
  ['splt', 'split'],
  ['pretrain-simclr', undefined],
  ['x', undefined],
])('%s is taken for %s', (word, expected) => {
  expect(suggest(word, ['split', 'ingest', 'finetune', 'y', 'evaluate'])).toBe(expected);
});

test('the closest word wins, of equally close ones the first', () => {
  expect(suggest('weigths', ['weight', 'weights'])).toBe('weights');
  expect(suggest('seedx', ['seeds', 'seedy'])).toBe('seeds');
});
