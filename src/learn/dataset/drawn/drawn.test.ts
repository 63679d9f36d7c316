import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '../../../util/digest.ts';
import { openPackedImages } from '../packed-images.ts';
import { readTable } from '../table.ts';
import { writeSyntheticDataset, type SyntheticDataset } from './write-synthetic-dataset.ts';
import { fractalDataset } from './fractals.ts';
import { LESION_KINDS } from './lesion.ts';
import { phantomDataset } from './phantoms.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawn-'));
});
afterAll(() => rm(folder, { recursive: true }));

const mean = (bytes: Uint8Array) => bytes.reduce((a, b) => a + b, 0) / bytes.length;
const distance = (a: Uint8Array, b: Uint8Array) => mean(a.map((v, i) => Math.abs(v - b[i]!)));

describe.each<[string, (seed: number, images?: number) => SyntheticDataset]>([
  ['phantoms', (seed, images = 60) => phantomDataset({ images, size: 16, seed })],
  ['fractals', (seed, images = 60) => fractalDataset({ images, size: 16, seed, classes: 6 })],
])('%s', (_, make) => {
  test('the seed decides every byte', () => {
    expect(digestOf(make(3).draw(7))).toBe(digestOf(make(3).draw(7)));
    expect(digestOf(make(4).draw(7))).not.toBe(digestOf(make(3).draw(7)));
  });

  test('a larger set begins with the smaller one', () => {
    const [small, large] = [make(3, 20), make(3, 40)];
    expect(large.listing.samples.slice(0, 19)).toEqual(small.listing.samples.slice(0, 19));
    expect(large.draw(5)).toEqual(small.draw(5));
  });

  test('no two images are alike, and none is blank', () => {
    const { draw, listing } = make(1);
    const images = listing.samples.map((_, row) => draw(row));
    expect(new Set(images.map(digestOf)).size).toBe(images.length);
    for (const image of images)
      expect(
        distance(
          image,
          image.map(() => mean(image)),
        ),
      ).toBeGreaterThan(2);
  });

  test('is written as every data set is', async () => {
    const files = { images: join(folder, 'images'), table: join(folder, 'table'), dataset: join(folder, 'dataset') };
    const set = make(2, 60);
    const dataset = await writeSyntheticDataset(set, files);
    expect(dataset).toMatchObject({ images: 60, size: 16, dropped: [] });
    const images = await openPackedImages(files.images);
    expect(await images.read([9])).toEqual(set.draw(9));
    await images.close();
    expect((await readTable(files.table))[9]).toMatchObject(set.listing.samples[9]!);
    expect(await readFile(files.dataset, 'utf8')).toContain('drawn by this repository');
  });
});

test('phantoms: kinds occur in their shares, and a lesion has one to four pictures of one kind', () => {
  const { samples } = phantomDataset({ images: 4000, size: 8, seed: 0 }).listing;
  for (const [kind, share] of Object.entries(LESION_KINDS))
    expect(samples.filter(({ label }) => label === kind).length / 4000).toBeCloseTo(share, 1);
  const lesions = new Map<string, string[]>();
  for (const { group, label } of samples) lesions.set(group, [...(lesions.get(group) ?? []), label]);
  expect(new Set([...lesions.values()].map((labels) => labels.length))).toEqual(new Set([1, 2, 3, 4]));
  expect([...lesions.values()].every((labels) => new Set(labels).size === 1)).toBe(true);
});

test('fractals: classes are of equal size', () => {
  const { listing } = fractalDataset({ images: 60, size: 16, seed: 0, classes: 6 });
  expect(listing.classes).toHaveLength(6);
  for (const name of listing.classes) expect(listing.samples.filter(({ label }) => label === name)).toHaveLength(10);
});
