import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { digestOf } from './digest.ts';
import { digestOfFile, digestOfSmallFile, SMALL_FILE_BYTES } from './digest-file.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'digest-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const MiB = 1024 * 1024;
test.each([0, 1, SMALL_FILE_BYTES - 1, SMALL_FILE_BYTES, SMALL_FILE_BYTES + 1, MiB, MiB + 1, 2 * MiB + 7])(
  'both readers agree with the digest of the bytes, for %d bytes',
  async (length) => {
    const bytes = Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255));
    const file = path.join(folder, `${length}`);
    writeFileSync(file, bytes);
    expect(await digestOfFile(file)).toBe(digestOf(bytes));
    expect(digestOfSmallFile(file)).toBe(digestOf(bytes));
  },
);

test('the digest of nothing is the published one', async () => {
  writeFileSync(path.join(folder, 'empty'), '');
  expect(await digestOfFile(path.join(folder, 'empty'))).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
});
