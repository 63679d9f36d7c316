/** The scale of images with more than eight bits: one for the whole data set, and levels that are kept. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Dataset } from '../../formats/dataset.ts';
import { openSafetensors } from '../../tensor/safetensors.ts';
import { decodeImage } from './decode/decode.ts';
import type { GrayRule } from './gray-rule.ts';
import { ingest } from './ingest.ts';
import { openPackedImages } from './packed-images.ts';
import { folders } from './reader/folders.ts';

const SIDE = 32;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gray-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A ramp from `low` to `high` as a 16-bit PNG. */
async function ramp(path: string, low: number, high: number): Promise<void> {
  const last = SIDE * SIDE - 1;
  const values = Uint16Array.from({ length: SIDE * SIDE }, (_, i) => Math.round(low + ((high - low) * i) / last));
  await mkdir(dirname(join(folder, 'data', path)), { recursive: true });
  const png = sharp(values, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .toColourspace('grey16')
    .png();
  await writeFile(join(folder, 'data', path), await png.toBuffer());
}

async function read(gray?: GrayRule, bits: 8 | 16 = 8) {
  const listing = await folders(join(folder, 'data'));
  if (!listing.ok) throw new Error(listing.error);
  const [images, table, dataset] = ['images', 'table', 'dataset'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const notices: string[] = [];
  const options = {
    folder: join(folder, 'data'),
    size: SIDE,
    onBroken: 'error',
    decode: decodeImage,
    concurrency: 2,
  } as const;
  await ingest(
    listing.value,
    { images, table, dataset },
    { ...options, gray, bits, onNotice: (text) => notices.push(text) },
  );
  const packed = await openPackedImages(images);
  const pixels = await packed.read([0, 1]);
  await packed.close();
  const ends = (image: number) => [pixels[image * SIDE * SIDE * 3], pixels[(image + 1) * SIDE * SIDE * 3 - 1]];
  const levels = new Set(pixels).size;
  return { ends, levels, notices, described: JSON.parse(await readFile(dataset, 'utf8')) as Dataset, images };
}

test.each([1023, 4095, 65_535])(
  'values up to %i keep all 256 levels of a display, by the range of the set',
  async (high) => {
    await ramp('a/1.png', 0, high);
    await ramp('b/2.png', 0, Math.floor(high / 2));
    const { ends, levels, notices, described } = await read();
    expect([ends(0), ends(1), levels]).toEqual([[0, 255], [0, Math.round((255 * Math.floor(high / 2)) / high)], 256]);
    expect(notices).toEqual([]);
    expect(described.gray).toEqual({ rule: 'range', numbers: [0, high] });
  },
);

test('numbers that are given hold: a range, a window, percentiles of the set and of each picture', async () => {
  await ramp('a/1.png', 0, 4000);
  await ramp('b/2.png', 1000, 2000);
  expect((await read({ range: [1000, 3000] })).ends(1)).toEqual([0, Math.round(255 / 2)]);
  expect((await read({ window: [1500.5, 1001] })).ends(1)).toEqual([0, 255]);
  const ofSet = await read({ percentiles: [0, 100] });
  expect([ofSet.ends(1), ofSet.described.gray]).toEqual([[64, 128], { rule: 'range', numbers: [0, 4000] }]);
  const each = await read({ percentiles: [0, 100], per: 'picture' });
  expect([each.ends(1), each.described.gray]).toEqual([[0, 255], { rule: 'picture', numbers: [0, 100] }]);
});

test('few levels of many are said, with the image and its numbers', async () => {
  await ramp('a/1.png', 0, 1000);
  await ramp('b/2.png', 0, 65_535);
  const { notices } = await read();
  expect(notices).toEqual([
    expect.stringMatching(/^1 of 2 images .* fewer than 8 gray levels: a\/1\.png keeps 5 of 1001\./) as string,
  ]);
});

test.each([
  [{ range: [5, 5] }, /gray\.range: expected two numbers, the smaller first, got \[5, 5\]/],
  [{ percentiles: [-1, 100] }, /gray\.percentiles: expected 0 to 100, got \[-1, 100\]/],
  [{ window: [5, 0] }, /gray\.window: expected a width >= 1, got 0/],
  ['file', /a\/1\.png: it cannot be decoded: it has no window of its own\. Give one/],
] as const)('%o is refused', async (gray, message) => {
  await ramp('a/1.png', 0, 4095);
  await ramp('b/2.png', 0, 4095);
  await expect(read(gray as GrayRule)).rejects.toThrow(message);
});

test('on request 16 bits are kept, and training reads them as bytes', async () => {
  await ramp('a/1.png', 0, 4095);
  await ramp('b/2.png', 0, 4095);
  const { images, ends, levels, described } = await read(undefined, 16);
  const file = await openSafetensors(images);
  expect(file.entries.get('images')).toMatchObject({ type: 'U16', shape: [2, SIDE, SIDE, 3] });
  const values = new Uint8Array(SIDE * SIDE * 3 * 2);
  await file.readBytes(file.entries.get('images')!, 0, values);
  await file.close();
  expect(new Set(new Uint16Array(values.buffer)).size).toBe(SIDE * SIDE);
  expect([ends(0), levels, described.bits]).toEqual([[0, 255], 256, 16]);
});
