import { expect, test } from 'vitest';
import { crc32c, tfRecord } from './tfrecord.ts';

test('CRC-32C has the values of RFC 3720, B.4', () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

test('a record is that of TensorFlow', () => {
  // by masked_crc32c of the Python package tensorboard 2.21
  expect(Buffer.from(tfRecord(Buffer.from('hello'))).toString('hex')).toBe(
    '0500000000000000eab2043e68656c6c6fbb1f1c19',
  );
});
