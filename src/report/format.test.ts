import { expect, test } from 'vitest';
import { bytes, counted, fixed, listed, seconds, signed, whole } from './format.ts';

test('numbers have fixed digits, a true minus, and no negative nought', () => {
  expect([fixed(0.12345, 3), fixed(-0.5, 2), fixed(-0.0001, 3), fixed(null, 2), fixed(NaN, 2)]).toEqual([
    '0.123',
    '−0.50',
    '0.000',
    '–',
    '–',
  ]);
  expect([signed(0.1, 2), signed(-0.1, 2), signed(0, 2), signed(0.001, 2), signed(null, 2)]).toEqual([
    '+0.10',
    '−0.10',
    '0.00',
    '0.00',
    '–',
  ]);
});

test('whole numbers are grouped by thin spaces', () => {
  expect([whole(0), whole(999), whole(1000), whole(1234567)]).toEqual([
    '0',
    '999',
    '1\u202f000',
    '1\u202f234\u202f567',
  ]);
  expect([counted(1, 'image'), counted(2, 'image')]).toEqual(['1 image', '2 images']);
});

test('times and sizes are in units that people read', () => {
  expect([seconds(0.04), seconds(9.96), seconds(59.6), seconds(61), seconds(3600 * 2 + 59)]).toEqual([
    '0.0 s',
    '10.0 s',
    '1 min 0 s',
    '1 min 1 s',
    '2 h 0 min',
  ]);
  expect([bytes(300 * 2 ** 20), bytes(1.5 * 2 ** 30)]).toEqual(['300 MiB', '1.5 GiB']);
});

test('lists read as sentences do', () => {
  expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
});
