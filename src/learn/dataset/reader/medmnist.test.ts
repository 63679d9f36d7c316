/** Against files that NumPy wrote (scripts/golden/data_files.py). */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeImage } from '../decode/decode.ts';
import { ingest } from '../ingest.ts';
import { openPackedImages } from '../packed-images.ts';
import { medmnist } from './medmnist.ts';

const GOLDEN = join(import.meta.dirname, '../golden');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medmnist-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(file: string, names?: readonly string[]) {
  const result = await medmnist(join(GOLDEN, file), names && { classNames: names });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}
const refusal = async (path: string, names?: readonly string[]) => {
  const result = await medmnist(path, names && { classNames: names });
  return result.ok ? 'it was read' : result.error.replaceAll(folder, '<folder>').replaceAll(GOLDEN, '<golden>');
};

test('train, val and test are the published parts, and classes are numbers unless they are named', async () => {
  const { name, classes, samples } = await read('gray.npz');
  expect([name, classes]).toEqual(['gray', ['0', '1']]);
  expect(samples.map(({ image, label, split }) => `${image} ${label} ${split}`)).toEqual([
    ...[0, 1, 2, 3, 4, 5].map((i) => `train/${i} ${i % 2} train`),
    ...[0, 1, 2, 3].map((i) => `val/${i} ${i % 2} validation`),
    ...[0, 1].map((i) => `test/${i} ${i % 2} test`),
  ]);
  const named = await read('gray.npz', ['healthy', 'ill']);
  expect([named.classes, named.samples[1]!.label]).toEqual([['healthy', 'ill'], 'ill']);
});

test.each([
  ['gray.npz', 1],
  ['color.npz', 3],
])('%s: pixels arrive as NumPy has them, gray in all three channels', async (file, channels) => {
  const files = { images: join(folder, 'i'), table: join(folder, 't'), dataset: join(folder, 'd') };
  await ingest(await read(file), files, {
    folder: GOLDEN,
    size: 8,
    onBroken: 'error',
    decode: decodeImage,
    concurrency: 2,
  });
  const images = await openPackedImages(files.images);
  // The script fills each part with 0, 7, 14 ... modulo 251; row 7 is val/1.
  for (const [row, place] of [
    [0, 0],
    [5, 5],
    [7, 1],
    [11, 1],
  ] as const) {
    const start = place * 64 * channels;
    expect([...(await images.read([row]))]).toEqual(
      Array.from({ length: 192 }, (_, i) => ((start + (channels === 3 ? i : Math.floor(i / 3))) * 7) % 251),
    );
  }
  await images.close();
});

test('a folder with one such file is read; none or two are refused', async () => {
  expect(await refusal(folder)).toMatch(/^There is no "\*\.npz" in <folder>/);
  const alone = await mkdtemp(join(folder, 'alone-'));
  await cp(join(GOLDEN, 'gray.npz'), join(alone, 'gray.npz'));
  expect(await refusal(alone)).toBe('it was read');
  await cp(join(GOLDEN, 'gray.npz'), join(alone, 'other.npz'));
  expect(await refusal(alone)).toMatch(/holds gray.npz, other.npz; name one of them/);
});

test('several columns of labels are findings, with names of their own or numbers', async () => {
  const file = join(GOLDEN, 'several-labels.npz');
  const numbered = await medmnist(file);
  if (!numbered.ok) throw new Error(numbered.error);
  expect(numbered.value.task).toBe('findings');
  expect(numbered.value.classes).toHaveLength(14);
  expect(numbered.value.samples.every(({ label }) => /^(none|\d+(\|\d+)*)$/.test(label))).toBe(true);
  expect(await refusal(file, ['Edema', 'Mass'])).toBe(
    '<golden>/several-labels.npz: the labels have 14 columns, but 2 names are given: Edema, Mass.',
  );
});

test('labels beyond the names are refused', async () => {
  expect(await refusal(join(GOLDEN, 'gray.npz'), ['only'])).toBe(
    '<golden>/gray.npz: there is a label 1; 1 classes are named: only.',
  );
});

test('what is no such file is refused: other arrays, Fortran order, other bytes, a changed byte, a cut', async () => {
  expect(await refusal(join(GOLDEN, 'expected.npz'))).toContain('the array "train_images" is missing.');
  await expect(medmnist(join(GOLDEN, 'fortran.npz'))).rejects.toThrow(
    'train_images is no NumPy array that can be read: it is in Fortran order.',
  );
  await writeFile(join(folder, 'text.npz'), 'not a zip');
  await expect(medmnist(join(folder, 'text.npz'))).rejects.toThrow('text.npz is no .npz file that can be read');
  const stored = await readFile(join(GOLDEN, 'color.npz'));
  const changed = Buffer.from(stored);
  changed[400]! ^= 1;
  await writeFile(join(folder, 'changed.npz'), changed);
  await expect(medmnist(join(folder, 'changed.npz'))).rejects.toThrow(
    'train_images.npy was changed: its checksum is another',
  );
  await writeFile(join(folder, 'cut.npz'), stored.subarray(0, stored.length / 2));
  await expect(medmnist(join(folder, 'cut.npz'))).rejects.toThrow('cut.npz is no .npz file that can be read');
});
