/** Images with masks as people keep them: understood, or named before anything is trained. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Dataset } from '../../../formats/dataset.ts';
import { decodeImage } from '../decode/decode.ts';
import { openPackedMasks } from '../packed-masks.ts';
import { readTable } from '../table.ts';
import { ingestMasks, type MaskIngestOptions } from './ingest-masks.ts';
import type { MaskReaderOptions } from './listing.ts';
import { readMask } from './mask-folder.ts';
import { pairs } from './reader/pairs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingest-masks-'));
});
afterEach(() => rm(folder, { recursive: true }));

const path = (name: string) => join(folder, name);

async function draw(name: string, width: number, height: number, valueAt: (x: number, y: number) => number) {
  await mkdir(dirname(path(`data/${name}`)), { recursive: true });
  const data = Uint8Array.from({ length: width * height }, (_, i) => valueAt(i % width, Math.floor(i / width)));
  const image = sharp(data, { raw: { width, height, channels: 1 } });
  await writeFile(
    path(`data/${name}`),
    await (name.endsWith('.jpg') ? image.jpeg({ quality: 60 }) : image.png()).toBuffer(),
  );
}

const photo = (name: string, width = 24, height = 16) => draw(name, width, height, (x, y) => 90 + x + y);
/** A square object in the middle. */
const object =
  (value: number) =>
  (x: number, y: number): number =>
    x >= 8 && x < 16 && y >= 4 && y < 12 ? value : 0;

async function ingested(
  reading: MaskReaderOptions = {},
  options: Partial<MaskIngestOptions> = {},
): Promise<{ dataset: Dataset; notices: readonly string[] }> {
  const listing = await pairs(path('data'), reading);
  if (!listing.ok) throw new Error(listing.error);
  const notices = [...(listing.value.notices ?? [])];
  const files = {
    images: 'images',
    table: 'table',
    dataset: 'dataset',
    masks: 'masks',
    originals: 'originals',
  } as const;
  const places = Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, path(file)]),
  ) as unknown as typeof files;
  const dataset = await ingestMasks(listing.value, places, {
    ...{ folder: path('data'), size: 12, onBroken: 'error', concurrency: 2 },
    decode: (file, size, more) => decodeImage(file, size, { ...more, fit: 'whole' }),
    onNotice: (text) => notices.push(text),
    ...options,
  });
  return { dataset, notices };
}

test('masks of 0 and 255 are packed in the place of their images, and kept at their own size', async () => {
  for (const name of ['a', 'b']) {
    await photo(`images/${name}.png`);
    await draw(`masks/${name}.png`, 24, 16, object(255));
  }
  const { dataset } = await ingested();
  expect(dataset).toMatchObject({
    task: 'segmentation',
    classes: ['background', 'foreground'],
    masks: {
      images: 2,
      empty: 0,
      classes: [{ class: 'foreground', images: 2, share: [1 / 6, 1 / 6, 1 / 6].map((v) => Number(v.toPrecision(6))) }],
    },
  });
  const masks = await openPackedMasks(path('masks'));
  const square = await masks.read([1]);
  // The picture of 24 x 16 is 12 x 8 in the square, with bars of 2 above and below: the object is 4 x 4.
  expect([...square].filter((found) => found === 1)).toHaveLength(16);
  expect(square[4 * 12 + 4]).toBe(1);
  const original = await readMask(path('originals'), 1);
  expect(original).toMatchObject({ width: 24, height: 16 });
  expect([...original.data].filter((found) => found === 1)).toHaveLength(64);
});

test('JPEG masks are understood, and a notice says so', async () => {
  await photo('images/a.png');
  await draw('masks/a.jpg', 24, 16, object(255));
  const { notices } = await ingested();
  expect(notices.join()).toContain('they were saved as JPEG or with soft edges');
  expect((await readMask(path('originals'), 0)).data.reduce((sum, found) => sum + found, 0)).toBeCloseTo(64, -1);
});

test('a palette counts by entry: colors say nothing', async () => {
  await photo('images/a.png');
  await mkdir(path('data/masks'), { recursive: true });
  const rgb = Uint8Array.from({ length: 24 * 16 }, (_, i) => object(1)(i % 24, Math.floor(i / 24)));
  const colors = [...rgb].flatMap((found) => (found === 1 ? [200, 30, 30] : [0, 0, 0]));
  await sharp(Uint8Array.from(colors), { raw: { width: 24, height: 16, channels: 3 } })
    .png({ palette: true, colors: 2 })
    .toFile(path('data/masks/a.png'));
  const { dataset } = await ingested();
  expect(dataset.masks?.classes).toMatchObject([{ class: 'foreground', images: 1 }]);
});

test('a folder for each class: the later one lies above, and an image may lack one', async () => {
  for (const name of ['a', 'b']) await photo(`images/${name}.png`);
  await draw('masks/disc/a.png', 24, 16, object(255));
  await draw('masks/disc/b.png', 24, 16, object(255));
  await draw('masks/cup/a.png', 24, 16, (x, y) => (x === 10 && y === 6 ? 255 : 0));
  const { dataset } = await ingested({}, { classes: ['disc', 'cup'] });
  expect(dataset.classes).toEqual(['background', 'disc', 'cup']);
  const mask = await readMask(path('originals'), 0);
  expect(mask.data[6 * 24 + 10]).toBe(2);
  expect(mask.data[6 * 24 + 11]).toBe(1);
  expect(dataset.masks?.classes.map(({ images }) => images)).toEqual([2, 1]);
});

test('a mask without a class beside masks of one class each is a fault that names both', async () => {
  for (const name of ['a', 'b']) await photo(`images/${name}.png`);
  await draw('masks/a_disc.png', 24, 16, object(255));
  await draw('masks/b_mask.png', 24, 16, object(255));
  await expect(ingested()).rejects.toThrow(
    /1 mask\(s\) name no class, but masks\/a_disc\.png is of the class disc\.[^]*\n {2}- masks\/b_mask\.png/,
  );
});

test('every fault is named before anything is written: no mask, another size, a broken file', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await photo(`images/${name}.png`);
  await draw('masks/a.png', 24, 16, object(255));
  await draw('masks/b.png', 12, 8, object(255));
  await mkdir(path('data/masks'), { recursive: true });
  await writeFile(path('data/masks/c.png'), 'broken');
  const message = await ingested().catch((error: unknown) => (error as Error).message);
  expect(message).toContain('images/b.png: its mask masks/b.png has 12 x 8 pixels, the image 24 x 16');
  expect(message).toContain('images/c.png: its mask masks/c.png: it cannot be decoded');
  expect(message).toContain('images/d.png: it has no mask');
  const { dataset } = await ingested({}, { onBroken: 'drop' });
  expect(dataset).toMatchObject({ images: 1, masks: { images: 1 } });
  expect(dataset.dropped.map(({ file }) => file).sort()).toEqual(['images/b.png', 'images/c.png', 'images/d.png']);
});

test('each of many broken masks has its own reason, however many are read at a time', async () => {
  const whole = await sharp({ create: { width: 24, height: 16, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer();
  await mkdir(path('data/masks'), { recursive: true });
  for (let i = 0; i < 40; i++) {
    await photo(`images/${i}.png`);
    await writeFile(path(`data/masks/${i}.jpg`), whole.subarray(0, whole.length - 20 - i));
  }
  const told = (concurrency: number) => ingested({}, { concurrency }).catch((error: unknown) => String(error));
  expect(await told(16)).toBe(await told(1));
});

test('several values without a name are refused, and names help', async () => {
  await photo('images/a.png');
  await draw('masks/a.png', 24, 16, (x) => [0, 76, 149][x % 3] ?? 0);
  await expect(ingested()).rejects.toThrow('the masks hold the values 0, 76, 149. Say what they mean');
  await expect(ingested({}, { classes: { disc: 76 } })).rejects.toThrow('masks/a.png: the values 149');
  const { dataset } = await ingested({}, { classes: { disc: 76, cup: 149 } });
  expect(dataset.classes).toEqual(['background', 'disc', 'cup']);
});

test('no foreground anywhere is an error; images with background only are counted', async () => {
  await photo('images/a.png');
  await draw('masks/a.png', 24, 16, () => 0);
  await expect(ingested()).rejects.toThrow('No mask has a pixel of the class foreground');
  await photo('images/b.png');
  await draw('masks/b.png', 24, 16, object(255));
  expect((await ingested()).dataset.masks).toMatchObject({ images: 2, empty: 1 });
});

test('images without masks serve pre-training where that is asked for, and come last', async () => {
  for (const name of ['a', 'b']) await photo(`images/${name}.png`);
  await draw('masks/b.png', 24, 16, object(255));
  const { dataset } = await ingested({ unmasked: 'pretraining' });
  expect(dataset).toMatchObject({ images: 2, masks: { images: 1 } });
  expect((await readTable(path('table'))).map(({ image, facts }) => [image, facts?.mask])).toEqual([
    ['images/b.png', ''],
    ['images/a.png', 'none'],
  ]);
});

test('masks in another folder are found; without any, both folders are named', async () => {
  await photo('a.png');
  await expect(ingested()).rejects.toThrow('Expected masks in a folder such as masks/');
  await draw('../elsewhere/a_mask.png', 24, 16, object(1));
  expect((await ingested({ masks: path('elsewhere') })).dataset.images).toBe(1);
  expect(JSON.parse(await readFile(path('dataset'), 'utf8'))).toMatchObject({ task: 'segmentation' });
});

test('folders called train and test are the published split, and patients are groups where asked for', async () => {
  for (const place of ['train/p1/images/1', 'train/p1/images/2', 'test/p2/images/1']) {
    await photo(`${place}.png`);
    await draw(`${place.replace('images', 'masks')}.png`, 24, 16, object(255));
  }
  await ingested({ groupFolders: true });
  expect((await readTable(path('table'))).map(({ split, group }) => `${split} ${group}`)).toEqual([
    'test p2',
    'train p1',
    'train p1',
  ]);
});
