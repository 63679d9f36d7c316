import { expect, test } from 'vitest';
import { conflictSides } from './merge-conflict.ts';

test('each side of each conflict goes with what both share', () => {
  expect(
    conflictSides('a\n<<<<<<< HEAD\nb\n=======\nc\nd\n>>>>>>> topic\ne\n<<<<<<< HEAD\n=======\nf\n>>>>>>> topic\n'),
  ).toEqual(['a\nb\ne\n', 'a\nc\nd\ne\nf\n']);
});

test('what both sides began with belongs to neither', () => {
  expect(conflictSides('<<<<<<< HEAD\nb\n||||||| 1234567\na\n=======\nc\n>>>>>>> topic')).toEqual(['b', 'c']);
});

test.each([
  ['no conflict', '{}\n'],
  ['one that is cut short', '<<<<<<< HEAD\nb\n=======\nc\n'],
  ['an end without a beginning', 'a\n>>>>>>> topic\n'],
  ['one inside another', '<<<<<<< HEAD\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> topic\n'],
])('%s has no sides', (_, text) => {
  expect(conflictSides(text)).toBeUndefined();
});
