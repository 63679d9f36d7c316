/** The data stages one after the other, as the runner would call them. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Stage } from '../src/stage/index.ts';
import type { JsonObject } from '../src/util/json.ts';
import audit from './audit.ts';
import fractals from './fractals.ts';
import ingest from './ingest.ts';
import ingestMasks from './ingest-masks.ts';
import phantoms from './phantoms.ts';
import split from './split.ts';

let folder: string;
let warnings: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stages-'));
  warnings = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  return rm(folder, { recursive: true });
});

const NAMES = {
  dataset: ['images', 'table', 'dataset'],
  masked: ['images', 'table', 'dataset', 'masks', 'originals'],
  audit: ['audit', 'pictures'],
  split: ['split', 'summary'],
} as const;

/** Inputs and outputs are files of one folder, under their own names. */
function stage(writes: keyof typeof NAMES, params: JsonObject, inputs: Readonly<Record<string, string>>): Stage {
  const outputs = Object.fromEntries(NAMES[writes].map((name) => [name, join(folder, name)]));
  return {
    id: 'test',
    axes: {},
    params,
    inputs,
    outputs,
    checkpoint: folder,
    privateInputs: [],
    resources: { cpu: 1 },
    lineage: [],
    signal: new AbortController().signal,
    input: (name) => inputs[name] ?? '',
    gathered: () => [],
    output: (name) => outputs[name] ?? '',
    progress: () => undefined,
    metric: () => undefined,
    warn: (text) => warnings.push(text),
    record: () => undefined,
  };
}

const files = (...names: string[]) => Object.fromEntries(names.map((name) => [name, join(folder, name)]));

async function write(path: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'));

test('phantoms are drawn, audited and split', async () => {
  await phantoms(stage('dataset', { images: 120, size: 16, seed: 1 }, {}));
  await audit(stage('audit', {}, files('images', 'table', 'dataset')));
  await split(stage('split', { policy: 'grouped', test: 0.4, validation: 0.15, seed: 0 }, files('table', 'dataset')));
  expect(await json('dataset')).toMatchObject({ name: 'phantoms', images: 120, size: 16 });
  expect(await json('audit')).toMatchObject({ images: 120, summary: { exact: { pairs: 0 }, groupsAcrossSplits: 0 } });
  expect(await json('summary')).toMatchObject({ policy: 'grouped', groupOverlap: 0, unused: 0 });
  expect(warnings).toEqual([]);
});

test('fractals are drawn in twenty classes unless another number is asked for', async () => {
  await fractals(stage('dataset', { images: 40, size: 16, seed: 1 }, {}));
  expect(await json('dataset')).toMatchObject({ images: 40, classes: { length: 20 } });
});

test('a folder per class is ingested; a broken image is dropped with a warning where that is asked for', async () => {
  const source = join(folder, 'pictures');
  for (const [path, background] of [
    ['a/1.png', '#ff0000'],
    ['b/1.png', '#00ff00'],
  ] as const) {
    await write(
      join(source, path),
      await sharp({ create: { width: 20, height: 20, channels: 3, background } })
        .png()
        .toBuffer(),
    );
  }
  await write(join(source, 'b/2.png'), 'broken');
  await expect(ingest(stage('dataset', { reader: 'folders', size: 16 }, { source }))).rejects.toThrow(
    'b/2.png: it cannot be decoded',
  );
  await ingest(stage('dataset', { reader: 'folders', size: 16, onBroken: 'drop' }, { source }));
  expect(await json('dataset')).toMatchObject({ name: 'pictures', images: 2, dropped: [{ file: 'b/2.png' }] });
  expect(warnings).toEqual(['1 file(s) were left out; dataset.json names each with its reason.']);
});

test('a wrong folder is refused in the words of the reader', async () => {
  await expect(ingest(stage('dataset', { reader: 'covid19', size: 16 }, { source: folder }))).rejects.toThrow(
    'There is no "Covid/" in',
  );
});

/** A gray picture, brighter from its middle on. */
const picture = (width: number, height: number) =>
  sharp(
    Uint8Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 0 : 255)),
    { raw: { width, height, channels: 1 } },
  )
    .png()
    .toBuffer();

test.each(['photos/masks', 'drawn'])(
  'private names of masks in %s stand in no output and no warning',
  async (place) => {
    for (const name of ['Smith', 'Jones', 'Brown'])
      await write(join(folder, `photos/images/${name}.png`), await picture(24, 16));
    await write(join(folder, place, 'Smith_mask.png'), await picture(24, 16));
    await write(join(folder, place, 'Jones_mask.png'), await picture(12, 8));
    await write(join(folder, place, 'Brown_mask.png'), 'broken');
    await write(join(folder, place, 'Miller_mask.png'), await picture(24, 16));
    vi.stubEnv('HOME', folder); // the secret key lies there
    const inputs = { source: join(folder, 'photos'), ...(place === 'drawn' && { masks: join(folder, place) }) };
    const params = { reader: 'pairs', size: 12, domain: 'skin', onBroken: 'drop' };
    await ingestMasks({ ...stage('masked', params, inputs), privateInputs: ['source'] });
    const written = await Promise.all(['table', 'dataset'].map((name) => readFile(join(folder, name), 'utf8')));
    const said = [...warnings, ...written].join('\n');
    expect(said).not.toMatch(/Smith|Jones|Brown|Miller|drawn/);
    expect(said).toMatch(/its mask (masks\/)?file-[0-9a-f]{16}(_mask\.png)? has 12 x 8 pixels, the image 24 x 16/);
    expect(said).toMatch(/1 mask\(s\) belong to no image, file-[0-9a-f]{16} for one/);
  },
);
