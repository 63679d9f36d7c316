/** Unusual images beside Pillow's decode of each (scripts/golden/data_files.py). */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { decodeImage } from './decode.ts';
import { ingest } from './ingest.ts';
import { readNpz } from './numpy/npz.ts';

const GOLDEN = join(import.meta.dirname, 'golden');
const SIDE = 16;
const upright = Array.from({ length: 8 }, (_, i) => `exif${i + 1}.jpg`);
const names = ['grey16.png', 'grey16.tif', 'rgba.png', 'palette.png', 'cmyk.jpg', ...upright];
const keyOf = (name: string) => name.replace('.', '_');

let expected: Awaited<ReturnType<typeof readNpz>>;
beforeAll(async () => {
  expected = await readNpz(join(GOLDEN, 'expected.npz'), names.map(keyOf));
});

/** Of each byte, ours less Pillow's. */
async function differences(name: string): Promise<number[]> {
  const { shape, data } = expected.get(keyOf(name))!;
  expect(shape).toEqual([SIDE, SIDE, 3]);
  const ours = await decodeImage(join(GOLDEN, name), SIDE);
  expect(ours).toHaveLength(data.length);
  return Array.from(ours, (value, i) => value - data[i]!);
}

const tolerances: [file: string, tolerance: number][] = [['grey16.png', 0], ['grey16.tif', 0], ['palette.png', 0], ['rgba.png', 1], ...upright.map((name): [string, number] => [name, 1])];

test.each(tolerances)('%s is decoded as Pillow does, within %i', async (name, tolerance) => {
  expect(Math.max(...(await differences(name)).map(Math.abs))).toBeLessThanOrEqual(tolerance);
});

test('CMYK has the colours that it prints, which are duller than those of the formula without a profile', async () => {
  const off = await differences('cmyk.jpg');
  expect(off.reduce((sum, v) => sum + Math.abs(v), 0) / off.length).toBeLessThan(20);
  const { data } = expected.get('cmyk_jpg')!;
  const ours = off.map((v, i) => v + data[i]!);
  for (const channel of [0, 1, 2]) {
    const [a, b] = [ours, [...data]].map((values) => values.filter((_, i) => i % 3 === channel));
    expect(correlation(a!, b!)).toBeGreaterThan(0.85);
  }
});

test('a cut JPEG, an empty file, a text in disguise and a missing image are named in one list', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'broken-'));
  await cp(join(GOLDEN, 'truncated.jpg'), join(folder, 'cut.jpg'));
  await cp(join(GOLDEN, 'exif1.jpg'), join(folder, 'whole.jpg'));
  await writeFile(join(folder, 'empty.png'), '');
  await writeFile(join(folder, 'text.jpg'), 'not an image, whatever its name says');
  const samples = ['cut.jpg', 'whole.jpg', 'missing.png', 'empty.png', 'text.jpg'].map((image, i) => ({ image, label: 'ab'[i % 2]!, group: image, split: '' as const }));
  const listing = { name: 'x', title: 'X', classes: ['a', 'b'], ordinal: false, domain: null, source: 'here', samples, faults: [{ file: 'list.txt', reason: 'it is not an image by its extension' }] };
  const files = { images: join(folder, 'i'), table: join(folder, 't'), dataset: join(folder, 'd') };
  const message = await ingest(listing, files, { folder, size: 8, onBroken: 'error', concurrency: 2 }).then(String, (error: unknown) => (error as Error).message);
  expect(message.split('\n').map((line) => line.replace(/(cannot be decoded|cannot be used).*/, '$1'))).toEqual([
    expect.stringContaining('5 file(s) of'),
    '  - list.txt: it is not an image by its extension',
    ...['cut.jpg', 'empty.png', 'missing.png', 'text.jpg'].map((file) => `  - ${file}: it cannot be decoded`),
  ]);
  await rm(folder, { recursive: true });
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const centre = (values: readonly number[]) => values.map((v) => v - values.reduce((x, y) => x + y) / values.length);
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  const [x, y] = [centre(a), centre(b)];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}
