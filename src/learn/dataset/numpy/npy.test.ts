import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../error.ts';
import { npyNumbers, parseNpy } from './npy.ts';

/** As NumPy writes it: the header is padded so that data begin at a multiple of 64 bytes. */
function npy(header: string, data: Uint8Array, major = 1): Buffer {
  const lengthBytes = major === 1 ? 2 : 4;
  const padded = `${header.padEnd(64 * Math.ceil((header.length + 9 + lengthBytes) / 64) - 9 - lengthBytes)}\n`;
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntLE(padded.length, 0, lengthBytes);
  return Buffer.concat([
    Buffer.from('\x93NUMPY', 'latin1'),
    Buffer.from([major, 0]),
    length,
    Buffer.from(padded, 'latin1'),
    data,
  ]);
}
const headerOf = (shape: readonly number[], descr = '|u1', fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ` +
  `(${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
const sides = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 });
const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const parsed = (bytes: Buffer) => {
  try {
    return parseNpy(bytes, 'x');
  } catch (error) {
    if (error instanceof DatasetError) return error;
    throw error;
  }
};

test('shape and bytes of any array are read back, in every version of the format', () => {
  fc.assert(
    fc.property(sides, fc.constantFrom(1, 2, 3), (shape, major) => {
      const data = Uint8Array.from({ length: product(shape) }, (_, i) => i);
      const array = parseNpy(npy(headerOf(shape), data, major), 'x');
      expect([array.type, array.shape, [...array.data]]).toEqual(['|u1', shape, [...data]]);
    }),
    { seed: 11, numRuns: 200 },
  );
});

test('every cut, and every byte too many, is refused', () => {
  const whole = npy(headerOf([2, 3]), new Uint8Array(6));
  for (let end = 0; end < whole.length; end++) expect(parsed(whole.subarray(0, end))).toBeInstanceOf(DatasetError);
  expect(parsed(Buffer.concat([whole, Buffer.from([0])]))).toBeInstanceOf(DatasetError);
});

test('a header with any bytes changed is read as some whole array or refused; nothing else happens', () => {
  const whole = npy(headerOf([2, 3]), new Uint8Array(6));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 7), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        const result = parsed(bytes);
        if (!(result instanceof DatasetError)) expect(result.data.length % Math.max(1, product(result.shape))).toBe(0);
      },
    ),
    { seed: 12, numRuns: 500 },
  );
});

test.each([
  ['<i8', [1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255], [1, -1]],
  ['<u8', [7, 0, 0, 0, 0, 0, 0, 0], [7]],
  ['<i4', [254, 255, 255, 255], [-2]],
  ['<u4', [255, 255, 255, 255], [4294967295]],
  ['<i2', [0, 1], [256]],
  ['<u2', [255, 255], [65535]],
  ['|i1', [255], [-1]],
  ['|b1', [1, 0], [1, 0]],
  ['<f4', [0, 0, 192, 63], [1.5]],
  ['<f8', [0, 0, 0, 0, 0, 0, 4, 192], [-2.5]],
] as const)('numbers of type %s', (type, bytes, numbers) => {
  expect(npyNumbers(parseNpy(npy(headerOf([numbers.length], type), Uint8Array.from(bytes)), 'x'))).toEqual(numbers);
});

describe('refused with its reason:', () => {
  test.each([
    ['another type', headerOf([6], '>i4'), 'its type is ">i4"; |u1, |i1'],
    ['objects', headerOf([6], '|O'), 'its type is "|O"'],
    ['Fortran order', headerOf([2, 3], '|u1', 'True'), 'it is in Fortran order. Save numpy.ascontiguousarray of it.'],
    ['a shape that is too large', headerOf([99999, 99999, 99999, 99999]), 'takes'],
    [
      'a number in brackets',
      "{'descr': '|u1', 'fortran_order': False, 'shape': (6), }",
      'its header is not the dictionary',
    ],
    [
      'a negative side',
      "{'descr': '|u1', 'fortran_order': False, 'shape': (-6,), }",
      'its header is not the dictionary',
    ],
    [
      'a key twice',
      "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (6,), }",
      'its header is not the dictionary',
    ],
    [
      'a key too many',
      "{'descr': '|u1', 'fortran_order': False, 'shape': (6,), 'x': True, }",
      'its header is not the dictionary',
    ],
    ['a missing key', "{'descr': '|u1', 'shape': (6,), }", 'its header is not the dictionary'],
    [
      'code',
      "{'descr': '|u1', 'fortran_order': __import__('os'), 'shape': (6,), }",
      'its header is not the dictionary',
    ],
  ])('%s', (_, header, message) => {
    expect(() => parseNpy(npy(header, new Uint8Array(6)), 'x')).toThrow(message);
  });

  test('another version, another file, a header of megabytes, a label that no number holds', () => {
    const whole = npy(headerOf([6]), new Uint8Array(6));
    const version = Buffer.from(whole);
    version[6] = 9;
    expect(() => parseNpy(version, 'x')).toThrow('its format is version 9.0; 1.0, 2.0 and 3.0 are known.');
    expect(() => parseNpy(Buffer.from('PK\x03\x04 and so on'), 'x')).toThrow('it does not begin as one.');
    expect(() => parseNpy(npy(headerOf([6]).padEnd(20_000), new Uint8Array(6), 2), 'x')).toThrow(
      /its header claims \d+ bytes; 10000 are the most/,
    );
    expect(() => npyNumbers(parseNpy(npy(headerOf([1], '<u8'), new Uint8Array(8).fill(255)), 'x'))).toThrow(
      '18446744073709551615 is too large for a label.',
    );
  });
});
