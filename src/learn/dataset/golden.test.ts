/** Unusual images beside Pillow's decode of each (scripts/golden/data_files.py). */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { decodeImage } from './decode/decode.ts';
import { ingest } from './ingest.ts';
import { readNpz } from './numpy/npz.ts';

const GOLDEN = join(import.meta.dirname, 'golden');
const SIDE = 16;
const upright = Array.from({ length: 8 }, (_, i) => `exif${i + 1}.jpg`);
const names = ['rgba.png', 'palette.png', ...upright];
const keyOf = (name: string) => name.replace(/[.-]/g, '_');

let expected: Awaited<ReturnType<typeof readNpz>>;
beforeAll(async () => {
  expected = await readNpz(join(GOLDEN, 'expected.npz'), names.map(keyOf));
});

async function decoded(name: string): Promise<Uint8Array> {
  const image = await decodeImage(join(GOLDEN, name), SIDE);
  if (!image.ok) throw new Error(image.error);
  return Uint8Array.from(image.value.values);
}

/** The differences of each byte: ours minus the reference's. */
async function differences(name: string): Promise<number[]> {
  const { shape, data } = expected.get(keyOf(name))!;
  expect(shape).toEqual([SIDE, SIDE, 3]);
  const ours = await decoded(name);
  expect(ours).toHaveLength(data.length);
  return Array.from(ours, (value, i) => value - data[i]!);
}

const tolerances: [file: string, tolerance: number][] = [
  ['palette.png', 0],
  ['rgba.png', 1],
  ...upright.map((name): [string, number] => [name, 1]),
];

test.each(tolerances)('%s is decoded as Pillow does, within %i', async (name, tolerance) => {
  expect(Math.max(...(await differences(name)).map(Math.abs))).toBeLessThanOrEqual(tolerance);
});

test('CMYK is refused by name', async () => {
  expect(await decodeImage(join(GOLDEN, 'cmyk.jpg'), SIDE)).toMatchObject({
    ok: false,
    error: expect.stringMatching(/^its colors are CMYK, .* Save it as RGB/) as string,
  });
});

test('a cut JPEG, an empty file, a text in disguise and a missing image are named in one list', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'broken-'));
  await cp(join(GOLDEN, 'truncated.jpg'), join(folder, 'cut.jpg'));
  await cp(join(GOLDEN, 'exif1.jpg'), join(folder, 'whole.jpg'));
  await writeFile(join(folder, 'empty.png'), '');
  await writeFile(join(folder, 'text.jpg'), 'not an image, whatever its name says');
  const samples = ['cut.jpg', 'whole.jpg', 'missing.png', 'empty.png', 'text.jpg'].map((image, i) => ({
    image,
    label: 'ab'[i % 2]!,
    group: image,
    split: '' as const,
  }));
  const listing = {
    name: 'x',
    title: 'X',
    classes: ['a', 'b'],
    ordinal: false,
    domain: null,
    source: 'here',
    samples,
    faults: [{ file: 'list.txt', reason: 'it is not an image by its extension' }],
  };
  const files = { images: join(folder, 'i'), table: join(folder, 't'), dataset: join(folder, 'd') };
  const message = await ingest(listing, files, {
    folder,
    size: 8,
    onBroken: 'error',
    decode: decodeImage,
    concurrency: 2,
  }).then(String, (error: unknown) => (error as Error).message);
  expect(message.split('\n').map((line) => line.replace(/(cannot be decoded|cannot be used).*/, '$1'))).toEqual([
    expect.stringContaining('5 file(s) of'),
    '  - list.txt: it is not an image by its extension',
    ...['cut.jpg', 'empty.png', 'missing.png', 'text.jpg'].map((file) => `  - ${file}: it cannot be decoded`),
  ]);
  await rm(folder, { recursive: true });
});
