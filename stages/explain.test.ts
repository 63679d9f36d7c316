/** The stage on made-up weights and predictions, driven as the runner drives it. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDataset } from '../src/formats/dataset.ts';
import { readExplanation } from '../src/formats/explanation.ts';
import { readTable, writeTable } from '../src/learn/dataset/table.ts';
import { predictionsOf, writePredictions } from '../src/learn/eval/predictions.ts';
import { initializeClassifier } from '../src/learn/nn/heads.ts';
import { initializeResNet } from '../src/learn/nn/initialize.ts';
import { resnet, resnetStructure } from '../src/learn/nn/resnet.ts';
import { writeWeights } from '../src/learn/nn/weights.ts';
import { CLASSES, SIZE, writeSquares } from '../src/learn/train/data.test-support.ts';
import { createStage } from '../src/stage/create-stage.ts';
import { random } from '../src/util/random.ts';
import explain from './explain.ts';

const NETWORK = resnet('resnet-small');
const HOSTILE = '../../<img src=x onerror=alert(1)>, "quoted"\u202e.png';
/** The first test image. */
const FIRST = 42;

let squares: Awaited<ReturnType<typeof writeSquares>>;
const file = (name: string) => path.join(squares.folder, name);

beforeAll(async () => {
  squares = await writeSquares();
  const rows = (await readTable(squares.table)).map((row) => (row.index === FIRST ? { ...row, image: HOSTILE } : row));
  await writeTable(squares.table, rows);
  await writeDataset(file('dataset.json'), {
    name: 'squares',
    title: 'Squares',
    classes: CLASSES,
    ordinal: false,
    domain: null,
    images: rows.length,
    groups: rows.length,
    size: SIZE,
    source: 'drawn',
    dropped: [],
  });
  const { params, stats } = initializeResNet(NETWORK, ['fine-tuned']);
  const head = initializeClassifier(resnetStructure(NETWORK).features, CLASSES.length, ['fine-tuned', 'head']);
  await writeWeights(
    file('after.safetensors'),
    { params: { ...params, ...head }, stats },
    { architecture: NETWORK.name, stem: NETWORK.stem, classes: CLASSES.join(',') },
  );
  const source = random('explain test');
  const images = rows.map(({ index, image, group, label }) => ({
    index,
    image,
    group,
    subset: index < 24 ? ('train' as const) : index < FIRST ? ('validation' as const) : ('test' as const),
    label: CLASSES.indexOf(label),
  }));
  // The hostile one is the surest of all, and wrong.
  const probabilities = images.flatMap(({ index, label }) => {
    const sure = index === FIRST ? 0.98 : 0.4 + 0.5 * source.uniform();
    const answer = index === FIRST ? (label + 1) % 3 : source.integer(3);
    return [0, 1, 2].map((k) => (k === answer ? sure : (1 - sure) / 2));
  });
  await writePredictions(file('predictions.csv'), predictionsOf(CLASSES, images, Float64Array.from(probabilities)));
});
afterAll(() => rm(squares.folder, { recursive: true }));

async function run(to: string, params: Readonly<Record<string, number>> = {}): Promise<void> {
  const { images, table, split } = squares;
  const inputs = {
    images,
    table,
    split,
    dataset: file('dataset.json'),
    before: null,
    after: file('after.safetensors'),
    predictions: file('predictions.csv'),
  };
  const job = {
    module: '',
    source: '',
    id: 'explain',
    stage: 'explain',
    axes: {},
    checkpoint: file('checkpoint'),
    resources: { cpu: 1 },
    lineage: [],
    inputs,
    params: { seed: 0, ...params },
    outputs: { explanation: file(`${to}.json`), pictures: file(`${to}.png`) },
  };
  await explain(createStage(job, () => undefined, new AbortController().signal).stage);
}

test(
  'the surest mistakes come first, each with its row of three pictures, and a hostile name is a string like any ' +
    'other',
  async () => {
    await run('one');
    const { model, classes, mistakes, correct } = await readExplanation(file('one.json'));
    expect(model).toEqual({ network: 'resnet-small', size: SIZE, layer: 'layer2', side: 4, start: 'random' });
    expect(classes).toEqual(CLASSES);
    expect(mistakes[0]).toEqual({
      image: HOSTILE,
      label: FIRST % 3,
      predicted: (FIRST + 1) % 3,
      confidence: 0.98,
      row: 0,
    });
    expect([...mistakes, ...correct].map(({ row }) => row)).toEqual([...mistakes, ...correct].map((_, i) => i));
    expect(correct.length).toBeGreaterThan(0);
    const { width, height } = await sharp(file('one.png')).metadata();
    const tile = 96 + 2;
    expect([width, height]).toEqual([3 * tile + 2, (mistakes.length + correct.length) * tile + 2]);
  },
);

test('test images are embedded, all or as many as asked for; fewer than 30 have no UMAP', async () => {
  await run('some', { images: 5 });
  const [{ embeddings: all }, { embeddings: some }] = [
    await readExplanation(file('one.json')),
    await readExplanation(file('some.json')),
  ];
  expect(all.images).toEqual([HOSTILE, ...Array.from({ length: 11 }, (_, i) => `${FIRST + 1 + i}.png`)]);
  expect(all.labels).toEqual(Array.from({ length: 12 }, (_, i) => (FIRST + i) % 3));
  expect([all.pca.before.length, all.pca.after.length, all.umap]).toEqual([12, 12, null]);
  expect(all.pca.before).not.toEqual(all.pca.after);
  expect(some.images).toHaveLength(5);
  expect(all.images).toEqual(expect.arrayContaining([...some.images]));
});

test('the same inputs give the same bytes', async () => {
  await run('again');
  for (const kind of ['json', 'png'])
    expect(await readFile(file(`again.${kind}`))).toEqual(await readFile(file(`one.${kind}`)));
});
