import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unusableNumbers } from './unusable-numbers.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'numbers-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SIDE = 32;
/** A ramp of gray from 0 to `largest`, as 16-bit numbers. */
async function ramp(largest: number): Promise<string> {
  const values = Uint16Array.from({ length: SIDE * SIDE }, (_, i) => Math.round((largest * i) / (SIDE * SIDE - 1)));
  const path = join(folder, `ramp-${largest}.png`);
  const raw = { width: SIDE, height: SIDE, channels: 1 as const };
  await sharp(values, { raw }).toColourspace('grey16').png({ compressionLevel: 1 }).toFile(path);
  return path;
}

test.each([1023, 4095])(
  '16-bit values up to %i would keep few levels in 8 bits, so the file is refused',
  async (largest) => {
    const kept = Math.floor(largest / 256) + 1;
    expect(await unusableNumbers(await ramp(largest))).toMatch(
      new RegExp(
        `^its values lie between 0 and ${largest} of 65535, so that 8 bits would keep ${kept} of \\d+ gray levels`,
      ),
    );
  },
);

test('alpha is no gray level', async () => {
  const path = await ramp(1023);
  const withAlpha = await sharp(path).toColourspace('grey16').ensureAlpha(1).png().toBuffer();
  expect((await sharp(withAlpha).metadata()).hasAlpha).toBe(true);
  expect(await unusableNumbers(withAlpha)).toBe(await unusableNumbers(path));
});

test('16-bit values over the whole range keep their picture', async () => {
  expect(await unusableNumbers(await ramp(65535))).toBeUndefined();
});

/** A gray TIFF of one strip, uncompressed. `format`: 1 unsigned, 2 signed, 3 floating-point numbers. */
function tiff(
  pixels: Uint8Array,
  { bits, format, bands = 1 }: { bits: number; format: number; bands?: number },
): Buffer {
  const tags: readonly (readonly [number, number, number])[] = [
    [256, 4, SIDE],
    [257, 4, SIDE],
    [258, 3, bits],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8 + 2 + 10 * 12 + 4],
    [277, 3, bands],
    [278, 4, SIDE],
    [279, 4, pixels.length],
    [339, 3, format],
  ];
  const head = Buffer.alloc(8 + 2 + tags.length * 12 + 4);
  head.write('II', 0, 'latin1');
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(tags.length, 8);
  for (const [i, [tag, type, value]] of tags.entries()) {
    head.writeUInt16LE(tag, 10 + 12 * i);
    head.writeUInt16LE(type, 12 + 12 * i);
    head.writeUInt32LE(1, 14 + 12 * i);
    if (type === 3) head.writeUInt16LE(value, 18 + 12 * i);
    else head.writeUInt32LE(value, 18 + 12 * i);
  }
  return Buffer.concat([head, pixels]);
}

test.each([
  [{ bits: 32, format: 3 }, '32-bit floating-point numbers'],
  [{ bits: 16, format: 2 }, 'signed 16-bit integers'],
  [{ bits: 32, format: 1 }, '32-bit integers'],
])('numbers that are neither bytes nor 16 bits without sign are named: %o', async (numbers, name) => {
  const file = tiff(new Uint8Array((SIDE * SIDE * numbers.bits) / 8), numbers);
  expect(await unusableNumbers(file)).toMatch(new RegExp(`^it holds ${name}; bytes, or 16-bit integers without sign`));
});

test('a file of several frames is refused, for the first alone would be read', async () => {
  const frames = await sharp(
    Buffer.from(Uint8Array.from({ length: SIDE * SIDE * 3 * 2 }, (_, i) => (i < SIDE * SIDE * 3 ? 7 : 200))),
    { raw: { width: SIDE, height: SIDE * 2, channels: 3, pageHeight: SIDE } },
  )
    .gif()
    .toBuffer();
  expect(await unusableNumbers(frames)).toMatch(/^it holds 2 pages or frames/);
});

test('five bands are refused', async () => {
  const file = tiff(new Uint8Array(SIDE * SIDE * 5), { bits: 8, format: 1, bands: 5 });
  expect(await unusableNumbers(file)).toMatch(/^it has 5 bands; 1 to 4 are expected/);
});
