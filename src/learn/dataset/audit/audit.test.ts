import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { random } from '../../../util/random.ts';
import { decodeImage } from '../decode/decode.ts';
import { ingest } from '../ingest.ts';
import { openPackedImages, type PackedImages } from '../packed-images.ts';
import { READERS, type ReaderName } from '../reader/index.ts';
import { readTable, type TableRow } from '../table.ts';
import { findSharedImages } from './shared-images.ts';
import { auditDataset, type AuditFindings } from './audit.ts';
import { findDuplicates } from './duplicates.ts';
import { hashImages } from './hashed-images.ts';
import { drawPairExamples, choosePairExamples } from './pair-examples.ts';
import { correlation, hashDistance, imageSignature, type ORIENTATIONS } from './signature.ts';

const SIZE = 24;

/** A smooth random picture: a few cosines. */
function picture(key: number): Uint8Array {
  const source = random('audit test', key);
  const waves = Array.from(
    { length: 6 },
    () => [source.uniform() * 0.6, source.uniform() * 0.6, source.uniform() * 6, 10 + 15 * source.uniform()] as const,
  );
  return Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => {
    const [y, x] = [Math.floor(i / (3 * SIZE)), Math.floor(i / 3) % SIZE];
    return 128 + waves.reduce((sum, [u, v, phase, height]) => sum + height * Math.cos(u * x + v * y + phase), 0);
  });
}
const changed = (image: Uint8Array, change: (value: number, i: number) => number) =>
  image.map((v, i) => Math.min(255, Math.max(0, Math.round(change(v, i)))));

const packed = (images: readonly Uint8Array[]): PackedImages => ({
  count: images.length,
  size: SIZE,
  read: (indices) => Promise.resolve(new Uint8Array(images[indices[0]!]!)),
  close: () => Promise.resolve(),
});

const flat = (value: number) => new Uint8Array(SIZE * SIZE * 3).fill(value);

const pairsOf = (pairs: readonly { first: number; second: number }[]) =>
  pairs.map(({ first, second }) => [first, second]);

test('equal images are found as exact, recompressed and re-lit ones as near, and others not at all', async () => {
  const original = picture(0);
  const noise = random('audit noise');
  const images = [
    original,
    picture(1),
    changed(original, (v) => 0.8 * v + 12),
    new Uint8Array(original),
    changed(original, (v) => v + 8 * noise.uniform() - 4),
    picture(2),
  ];
  const { exact, near } = findDuplicates(await hashImages(packed(images)));
  expect(pairsOf(exact)).toEqual([[0, 3]]);
  expect(pairsOf(near)).toEqual([
    [0, 2],
    [0, 4],
    [2, 3],
    [2, 4],
    [3, 4],
  ]);
});

test('a copy that was mirrored or turned is found, with what was done to it', async () => {
  const original = picture(0);
  const at = (image: Uint8Array, y: number, x: number) => image.subarray(3 * (y * SIZE + x), 3 * (y * SIZE + x) + 3);
  const made = (from: (y: number, x: number) => readonly [number, number]) =>
    Uint8Array.from({ length: SIZE * SIZE }, (_, i) => i).reduce(
      (out, _, i) => {
        out.set(at(original, ...from(Math.floor(i / SIZE), i % SIZE)), 3 * i);
        return out;
      },
      new Uint8Array(SIZE * SIZE * 3),
    );
  const last = SIZE - 1;
  // The source of each copy's pixels, and the orientation that restores it.
  const copies: [(y: number, x: number) => readonly [number, number], (typeof ORIENTATIONS)[number]][] = [
    [(y, x) => [y, last - x], 'mirrored left to right'],
    [(y, x) => [last - y, x], 'mirrored top to bottom'],
    [(y, x) => [last - y, last - x], 'turned by 180°'],
    [(y, x) => [x, y], 'mirrored at the diagonal'],
    [(y, x) => [last - x, y], 'turned by 90° to the left'], // it lies turned to the right
    [(y, x) => [x, last - y], 'turned by 90° to the right'],
    [(y, x) => [last - x, last - y], 'mirrored at the other diagonal'],
  ];
  for (const [from, turn] of copies) {
    const { exact, near, turned } = findDuplicates(await hashImages(packed([original, picture(1), made(from)])));
    expect([exact, near]).toEqual([[], []]);
    expect(turned).toEqual([{ first: 0, second: 2, similarity: 1, turn }]);
  }
});

test('three equal images are three pairs', async () => {
  const { exact } = findDuplicates(await hashImages(packed([picture(0), picture(0), picture(0)])));
  expect(pairsOf(exact)).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
});

test('brightness and contrast do not change a signature; another picture does', () => {
  const [one, lit, other] = [picture(3), changed(picture(3), (v) => 0.7 * v + 30), picture(4)].map((image) =>
    imageSignature(image, SIZE),
  ) as [ReturnType<typeof imageSignature>, ReturnType<typeof imageSignature>, ReturnType<typeof imageSignature>];
  expect(hashDistance(one.hashes[0]!, lit.hashes[0]!)).toBeLessThanOrEqual(2);
  expect(correlation(one.thumbnail, lit.thumbnail)).toBeGreaterThan(0.999);
  expect(hashDistance(one.hashes[0]!, other.hashes[0]!)).toBeGreaterThan(10);
});

test('distances count bits, the sign bit included', () => {
  expect(hashDistance([0, 0], [-1, 0])).toBe(32);
  expect(hashDistance([0b1011, 1 << 31], [0, 0])).toBe(4);
});

test('pairs are counted by what makes them harmful, and groups across published splits are named', async () => {
  const row = (index: number, label: string, group: string, split: TableRow['split']): TableRow => ({
    index,
    image: `${index}.png`,
    label,
    group,
    split,
  });
  const table = [
    row(0, 'a', 'p1', 'train'),
    row(1, 'b', 'p1', 'test'),
    row(2, 'a', 'p2', 'train'),
    row(3, 'a', 'p3', 'train'),
  ];
  const images = await hashImages(packed([1, 2, 3, 4].map(flat)));
  const found = auditDataset(table, ['a', 'b'], images, {
    exact: [
      { first: 0, second: 1, similarity: 1 },
      { first: 2, second: 3, similarity: 1 },
    ],
    near: [],
    turned: [],
  });
  expect(found.summary).toEqual({
    exact: { pairs: 2, acrossClasses: 1, acrossSplits: 1, acrossGroups: 1 },
    near: { pairs: 0, acrossClasses: 0, acrossSplits: 0, acrossGroups: 0 },
    turned: { pairs: 0, acrossClasses: 0, acrossSplits: 0, acrossGroups: 0 },
    groupsAcrossSplits: 1,
  });
  expect(found.exactByLabel).toEqual([
    { labels: ['a', 'b'], splits: ['train', 'test'], pairs: 1 },
    { labels: ['a', 'a'], splits: ['train', 'train'], pairs: 1 },
  ]);
  expect(found.groupsAcrossSplits).toEqual(['p1']);
  expect(found.classes).toEqual({
    a: {
      images: 3,
      groups: 3,
      train: 3,
      validation: 0,
      test: 0,
      color: { mean: [2.66667, 2.66667, 2.66667], sd: [1.52753, 1.52753, 1.52753] },
    },
    b: { images: 1, groups: 1, train: 0, validation: 0, test: 1, color: { mean: [2, 2, 2], sd: [0, 0, 0] } },
  });
  expect(found.exact[0]).toEqual({
    images: ['0.png', '1.png'],
    labels: ['a', 'b'],
    splits: ['train', 'test'],
    sameGroup: true,
    similarity: 1,
  });
});

test('the worst pairs are shown first, each with its two pictures side by side', async () => {
  const row = (index: number, label: string, split: TableRow['split'], group = `${index}`): TableRow => ({
    index,
    image: `${index}.png`,
    label,
    group,
    split,
  });
  const table = [
    row(0, 'a', 'train'),
    row(1, 'a', 'train'),
    row(2, 'b', 'train'),
    row(3, 'a', 'test', 'p'),
    row(4, 'b', 'test'),
    row(5, 'a', 'train', 'p'),
  ];
  const images = packed([10, 10, 10, 10, 10, 60].map(flat));
  const seen = await hashImages(images);
  const found = auditDataset(table, ['a', 'b'], seen, findDuplicates(seen));
  const shown = choosePairExamples(found, table);
  expect(shown.map(({ kind, images }) => [kind, ...images.map((image) => Number.parseInt(image))])).toEqual([
    ['equal', 0, 4],
    ['equal', 1, 4],
    ['equal', 2, 3], // trained, tested, and of two classes
    ['equal', 0, 3],
    ['equal', 1, 3],
    ['equal', 2, 4],
    ['group', 3, 5],
    ['equal', 0, 2],
    ['equal', 1, 2],
    ['equal', 3, 4],
    ['equal', 0, 1],
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'shown-'));
  await drawPairExamples(join(folder, 'leaks.png'), shown, table, images);
  const { data, info } = await sharp(join(folder, 'leaks.png')).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([2 * 98 + 2, 11 * 98 + 2]);
  const at = (x: number, y: number) => data[3 * (info.width * y + x)];
  expect([at(50, 6 * 98 + 50), at(148, 6 * 98 + 50)]).toEqual([10, 60]);
  await rm(folder, { recursive: true });
});

const DATA = resolve(import.meta.dirname, '../../../../../shared/data');
const real = (name: ReaderName) => test.skipIf(!existsSync(join(DATA, name)));

async function auditReal(name: ReaderName): Promise<AuditFindings> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-'));
  const files = { images: join(folder, 'i'), table: join(folder, 't'), dataset: join(folder, 'd') };
  const listing = await READERS[name](join(DATA, name));
  if (!listing.ok) throw new Error(listing.error);
  const { classes } = await ingest(listing.value, files, {
    folder: join(DATA, name),
    size: 32,
    onBroken: 'error',
    decode: decodeImage,
    concurrency: 2,
  });
  const images = await openPackedImages(files.images);
  const seen = await hashImages(images);
  const found = auditDataset(await readTable(files.table), classes, seen, findDuplicates(seen));
  await images.close();
  await rm(folder, { recursive: true });
  return found;
}

real('covid19')(
  'the published Covid-19 set tests on six of its training images (skipped where ../shared/data is absent)',
  async () => {
    const { exact, summary } = await auditReal('covid19');
    expect(summary.exact).toMatchObject({ pairs: 10, acrossSplits: 6, acrossClasses: 0 });
    expect(exact.find(({ images }) => images[1].includes('radiopaedia'))?.images[0]).toBe(
      'Covid19-dataset/train/Covid/069.jpg',
    );
  },
);

real('idrid')(
  'the published IDRiD set has training image 118 in the test set (skipped where ../shared/data is absent)',
  async () => {
    const leaks = (await auditReal('idrid')).exact.filter(({ splits }) => splits[0] !== splits[1]);
    expect(leaks.map(({ images }) => images.map((image) => /\d+(?=\.jpg)/.exec(image)![0]))).toEqual([['118', '064']]);
  },
);

real('isic9')(
  'the published ISIC-9 set has its 137 two-labeled pairs in training and 18 test images of other classes ' +
    '(skipped where ../shared/data is absent)',
  async () => {
    const { exactByLabel } = await auditReal('isic9');
    expect(
      exactByLabel.map(({ labels, splits, pairs }) => `${pairs} ${labels.join(' = ')}, ${splits.join(' and ')}`),
    ).toEqual([
      '75 melanoma = seborrheic keratosis, train and train',
      '62 actinic keratosis = nevus, train and train',
      '15 nevus = actinic keratosis, train and test',
      '3 melanoma = seborrheic keratosis, train and test',
      '2 basal cell carcinoma = basal cell carcinoma, train and train',
      '1 melanoma = melanoma, train and train',
      '1 nevus = nevus, train and train',
    ]);
  },
  60_000,
);

test('what two sets share is found by its pictures, and by names that folders, extensions and unpackers changed', async () => {
  const set = async (name: string, images: Readonly<Record<string, Uint8Array>>) => ({
    name,
    table: Object.keys(images).map((image, index): TableRow => ({
      index,
      image,
      label: name,
      group: image,
      split: '',
    })),
    images: await hashImages(packed(Object.values(images))),
  });
  const [copied, relit] = [picture(0), changed(picture(1), (v) => 0.8 * v + 12)];
  const sets = [
    await set('a', { 'x/ISIC_1.jpg': picture(2), 'x/ISIC_2.jpg': copied, 'x/ISIC_3.jpg': copied }),
    await set('b', {
      'Train/y/isic_1 (1).JPG': picture(3),
      'Train/y/other.png': new Uint8Array(copied),
      'Train/y/light.png': picture(1),
    }),
    await set('c', { 'relit.png': relit }),
  ];
  const found = findSharedImages(sets);
  expect(found.map((each) => each.sets)).toEqual([
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'c'],
  ]);
  expect(found[0]!.equal.map(({ images }) => images)).toEqual([
    ['x/ISIC_2.jpg', 'Train/y/other.png'],
    ['x/ISIC_3.jpg', 'Train/y/other.png'],
  ]);
  expect(found[0]!.names).toEqual([
    { images: ['x/ISIC_1.jpg', 'Train/y/isic_1 (1).JPG'], labels: ['a', 'b'], rows: [0, 0] },
  ]);
  expect(found[1]).toEqual({ sets: ['a', 'c'], equal: [], near: [], turned: [], names: [] });
  expect(found[2]!.near.map(({ rows }) => rows)).toEqual([[2, 0]]);
});
