import { expect, test } from 'vitest';
import { digestOf } from '../../util/digest.ts';
import type { Fingerprint } from '../../formats/identity.ts';
import { parseRecord, type ResultId } from './record-file.ts';

const KEY = { fingerprint: digestOf('f') as Fingerprint, result: digestOf('r') as ResultId };

test.each([
  ['no outputs', { format: 1, fingerprint: KEY.fingerprint }],
  ['outputs that are a list of nothing', { format: 1, fingerprint: KEY.fingerprint, outputs: { o: null } }],
  ['another format', { format: 2, fingerprint: KEY.fingerprint, outputs: {} }],
  ['a text', 'record'],
])('a record with %s and a valid checksum counts as damaged', (_, record) => {
  const text = JSON.stringify({ checksum: digestOf(JSON.stringify(record)), record });
  expect(parseRecord(text, KEY)).toBeUndefined();
});
