import { expect, test } from 'vitest';
import { storageFailure } from '../runner/storage-failure.ts';
import type { SystemError } from '../util/system-error.ts';
import { describeStorageFailure } from './storage-failure-text.ts';

const refused = (code: string, syscall: string, more: { path?: string; dest?: string } = {}): SystemError =>
  Object.assign(new Error(`${code}: refused, ${syscall}`), { code, syscall, ...more });

test('a full disk is told with the file that was to be written and the room that there is', () => {
  const { message, remedy } = describeStorageFailure(
    { ...storageFailure(refused('ENOSPC', 'write', { path: '/nowhere/.a.bin.0123456789ab.tmp' })), freeBytes: 4096 },
    'cache/a.bin',
  );
  expect(message).toBe('disk full (4 KiB free): cache/a.bin cannot be written');
  expect(remedy).toContain('Free space');
});

test('the room is that of the nearest folder there is, and the name that of the file to be', () => {
  const failure = storageFailure(refused('ENOSPC', 'write', { path: '/nowhere/.a.bin.0123456789ab.tmp' }));
  expect(failure.path).toBe('/nowhere/a.bin');
  expect(failure.freeBytes).toBeGreaterThanOrEqual(0);
});

test.each([
  ['EIO', 'read', 'input/output error: /s/x cannot be read'],
  ['EROFS', 'mkdir', 'read-only file system: /s/x cannot be made'],
  ['EACCES', 'open', 'permission denied: /s/x cannot be opened'],
  ['EMFILE', 'open', 'too many open files: /s/x cannot be opened'],
])('%s from %s reads "%s"', (code, call, text) => {
  expect(describeStorageFailure(storageFailure(refused(code, call, { path: '/s/x' }))).message).toBe(text);
});

test('a rename is told by where it was to lead', () => {
  expect(
    describeStorageFailure(storageFailure(refused('EACCES', 'rename', { path: '/s/a', dest: '/s/b' }))).message,
  ).toBe('permission denied: /s/b cannot be put in its place');
});

test('what is not known is told in the words of the system', () => {
  expect(describeStorageFailure(storageFailure(refused('ESTALE', 'open', { path: '/s/x' }))).message).toBe(
    'ESTALE: refused, open',
  );
});
