import { expect, test } from 'vitest';
import { putWhole } from './put-whole.ts';
import type { RemoteStorage } from './storage.ts';

const BYTES = Buffer.from('content');

/** A server that holds a part of an object after its disk was full. @param mends a put that replaces is carried out */
function afterFullDisk(mends: boolean): RemoteStorage {
  let size: number | undefined = 3;
  const put: RemoteStorage['put'] = (_, bytes, { replaces = false } = {}) => {
    if (replaces && mends) size = bytes.length;
    return Promise.resolve(replaces);
  };
  return { put, size: () => Promise.resolve(size) } as Partial<RemoteStorage> as RemoteStorage;
}

test('an object that is not whole is replaced', async () => {
  const storage = afterFullDisk(true);
  await putWhole(storage, 'index/x', BYTES);
  expect(await storage.size('index/x')).toBe(BYTES.length);
});

test('an object that cannot be stored whole is a failure with the place', async () => {
  await expect(putWhole(afterFullDisk(false), 'index/x', BYTES)).rejects.toThrow('index/x has 3 of 7 bytes');
});
