import { expect, test } from 'vitest';
import { suggest } from './suggest.ts';

test('what is near is suggested, what is not is not', () => {
  expect(suggest('trian', ['split', 'train'])).toBe('train');
  expect(suggest('job', ['jobs', 'store'])).toBe('jobs');
  expect(suggest('colour', ['jobs', 'store'])).toBeUndefined();
  expect(suggest('x', [])).toBeUndefined();
});
