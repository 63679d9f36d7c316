import { expect, test } from 'vitest';
import { decodeTensors } from './read-tensors.ts';

test.each([
  ['an empty file', '', /^mine.pth is empty/],
  [
    'a pointer of Git LFS',
    'version https://git-lfs.github.com/spec/v1\noid sha256:1\n',
    /a pointer of Git LFS, not the file/,
  ],
  ['a web page', '\n<!DOCTYPE html><html>', /a web page, not weights/],
  ['HDF5', '\x89HDF\r\n\x1a\n00000000', /HDF5, as Keras writes it/],
  ['a gzip file', '\x1f\x8b\x08\x00rest', /compressed by gzip/],
  ['an array of NumPy', '\x93NUMPY\x01\x00', /an array of NumPy/],
  ['an index of shards', '{"metadata": {}, "weight_map": {"conv1.weight": "a"}}', /the index of several shards/],
])("%s is named, under the name of the user's file", async (_, content, message) => {
  await expect(decodeTensors(Buffer.from(content, 'latin1'), 'mine.pth')).rejects.toThrow(message);
  await expect(decodeTensors(Buffer.from(content, 'latin1'), 'mine.pth')).rejects.toThrow(/^mine\.pth is /);
});
