/** Each transfer syntax that is read, beside pydicom's values (scripts/golden/dicom_files.py). */
import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { npyNumbers } from '../numpy/npy.ts';
import { readNpz } from '../numpy/npz.ts';
import { readStoredFrame } from './read-frame.ts';

const GOLDEN = join(import.meta.dirname, 'golden');
const { files } = JSON.parse(readFileSync(join(GOLDEN, 'expected.json'), 'utf8')) as {
  files: { file: string; key: string; syntax: string; tolerance: number }[];
};
let expected: Awaited<ReturnType<typeof readNpz>>;
beforeAll(async () => {
  expected = await readNpz(
    join(GOLDEN, 'expected.npz'),
    files.map(({ key }) => key),
  );
});

test.each(files.map(({ file, key, tolerance }) => [file, tolerance, key] as const))(
  '%s has the stored values of pydicom, within %i',
  async (file, tolerance, key) => {
    const frame = await readStoredFrame(await readFile(join(GOLDEN, file)), 0);
    if (!frame.ok) throw new Error(frame.error);
    const wanted = npyNumbers(expected.get(key)!);
    expect(frame.value.values).toHaveLength(wanted.length);
    const largest = frame.value.values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - wanted[i]!)), 0);
    expect(largest).toBeLessThanOrEqual(tolerance);
  },
);

test('frames of one file differ, with and without a table of offsets', async () => {
  for (const name of ['frames-explicit', 'frames-offsets', 'frames-no-offsets']) {
    const bytes = await readFile(join(GOLDEN, `${name}.dcm`));
    const means = await Promise.all(
      [0, 1, 2].map(async (frame) => {
        const read = await readStoredFrame(bytes, frame);
        return read.ok ? [...read.value.values.slice(0, 2)] : read.error;
      }),
    );
    expect(means).toEqual([
      [0, 344],
      [4095, 3751],
      [0, 172],
    ]);
    expect(await readStoredFrame(bytes, 3)).toEqual({ ok: false, error: 'frame 4 is asked for; it holds 3' });
  }
});

test.each([
  ['1.2.840.10008.1.2.4.51', 'JPEG extended, 12 bits'],
  ['1.2.840.10008.1.2.4.110', 'JPEG XL lossless'],
  ['1.2.840.10008.1.2.4.103', 'MPEG-4 video for BD'],
])('the transfer syntax %s is refused as %s', async (uid, name) => {
  const bytes = await readFile(join(GOLDEN, 'jpeg-8.dcm'));
  const at = bytes.indexOf('1.2.840.10008.1.2.4.50');
  // The value's even length is kept: a shorter one is padded with NUL.
  const length = bytes.readUInt16LE(at - 2);
  const changed = Buffer.concat([
    bytes.subarray(0, at - 2),
    Buffer.alloc(2),
    Buffer.alloc(uid.length + (uid.length % 2)),
    bytes.subarray(at + length),
  ]);
  changed.writeUInt16LE(uid.length + (uid.length % 2), at - 2);
  changed.write(uid, at, 'latin1');
  expect(await readStoredFrame(changed, 0)).toEqual({
    ok: false,
    error: expect.stringContaining(
      `its transfer syntax is ${name} (${uid}), which is not read. Convert it to`,
    ) as string,
  });
});

test('a file that is cut anywhere is refused, and no message holds a value of the data set', async () => {
  const bytes = await readFile(join(GOLDEN, 'explicit-12.dcm'));
  for (let length = 0; length < bytes.length - 1; length += 7) {
    const frame = await readStoredFrame(bytes.subarray(0, length), 0);
    expect(frame.ok).toBe(false);
    if (!frame.ok) expect(frame.error).not.toMatch(/Drawn|drawn|\[object/);
  }
});
