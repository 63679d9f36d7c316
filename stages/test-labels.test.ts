/**
 * The proof that labels of the test subset choose nothing: they are exchanged after the split, and only test scores
 * move.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDataset } from '../src/formats/dataset.ts';
import { readEvaluation } from '../src/formats/evaluation.ts';
import { readSplit } from '../src/learn/dataset/split-table.ts';
import { readTable, writeTable } from '../src/learn/dataset/table.ts';
import { readPredictions } from '../src/learn/eval/predictions.ts';
import { CLASSES, SIZE, writeSquares } from '../src/learn/train/data.test-support.ts';
import { createStage } from '../src/stage/create-stage.ts';
import type { Job } from '../src/stage/protocol.ts';
import evaluate from './evaluate.ts';
import finetune from './finetune.ts';
import probe from './probe.ts';
import select from './select.ts';

const CELL = { start: 'random', pretraining: 'none' };
const RATES = [0.01, 0.05];

let shared: Awaited<ReturnType<typeof writeSquares>>;
let tested: readonly number[];
beforeAll(async () => {
  shared = await writeSquares();
  await writeDataset(path.join(shared.folder, 'dataset.json'), {
    name: 'squares',
    title: 'Squares',
    classes: CLASSES,
    ordinal: false,
    domain: null,
    images: 54,
    groups: 54,
    size: SIZE,
    source: 'drawn',
    dropped: [],
  });
  const rows = await readTable(shared.table);
  ({ test: tested } = await readSplit(shared.split, rows.length));
  const next = (label: string) => CLASSES[(CLASSES.indexOf(label) + 1) % CLASSES.length]!;
  await writeTable(
    path.join(shared.folder, 'exchanged.csv'),
    rows.map((row) => (tested.includes(row.index) ? { ...row, label: next(row.label) } : row)),
  );
});
afterAll(() => rm(shared.folder, { recursive: true }));

const outputsOf = (file: (output: string) => string, names: readonly string[], suffix: string) =>
  Object.fromEntries(names.map((name) => [name, file(`${name}-${suffix}`)]));

/** Tries two rates, selects, fine-tunes, probes and evaluates with one table; the files are those of the stages. */
async function studyWith(name: string, table: string): Promise<(file: string) => string> {
  const folder = path.join(shared.folder, name);
  await mkdir(folder);
  const file = (output: string) => path.join(folder, output);
  const start = (id: string, job: Pick<Job, 'inputs' | 'outputs' | 'params'>) =>
    createStage(
      {
        module: '',
        source: '',
        id,
        stage: id,
        axes: {},
        checkpoint: file(`${id}-checkpoint`),
        resources: { cpu: 1 },
        lineage: [],
        ...job,
      },
      () => undefined,
      new AbortController().signal,
    ).stage;
  const inputs = {
    images: shared.images,
    table,
    dataset: path.join(shared.folder, 'dataset.json'),
    split: shared.split,
    weights: null,
  };

  const settings = { network: 'resnet-small', epochs: 3, batchSize: 12, augmentation: 'none', seed: 1 };
  for (const learningRate of RATES)
    await finetune(
      start('trial', {
        inputs,
        params: { ...settings, learningRate },
        outputs: outputsOf(file, ['weights', 'predictions', 'curves'], String(learningRate)),
      }),
    );
  const trials = (output: string) =>
    RATES.map((learningRate) => ({ path: file(`${output}-${learningRate}`), axes: { learningRate, seed: 1 } }));
  await select(
    start('select', {
      inputs: { weights: trials('weights'), predictions: trials('predictions'), curves: trials('curves') },
      params: {},
      outputs: { choice: file('choice'), trials: file('trials'), trained: file('trained') },
    }),
  );
  await finetune(
    start('finetune', {
      inputs: { ...inputs, choice: file('choice'), trained: file('trained') },
      params: settings,
      outputs: { weights: file('weights'), predictions: file('predictions'), curves: file('curves') },
    }),
  );
  for (const kind of ['linear', 'knn']) {
    await probe(
      start(kind, {
        inputs,
        params: { network: 'resnet-small', kind, seed: 1 },
        outputs: { predictions: file(`${kind}-predictions`), choice: file(`${kind}-choice`) },
      }),
    );
  }
  await evaluate(
    start('evaluate', {
      inputs: {
        dataset: inputs.dataset,
        predictions: [{ path: file('predictions'), axes: { ...CELL, seed: 1 } }],
        probes: ['linear', 'knn'].map((kind) => ({
          path: file(`${kind}-predictions`),
          axes: { ...CELL, kind, seed: 1 },
        })),
      },
      params: { resamples: 100, level: 0.95, seed: 0 },
      outputs: { metrics: file('metrics'), results: file('results') },
    }),
  );
  return file;
}

test(
  'with other labels of the test images every choice is the same to the byte, and only test scores change',
  { timeout: 240_000 },
  async () => {
    const asIs = await studyWith('as-is', shared.table);
    const exchanged = await studyWith('exchanged', path.join(shared.folder, 'exchanged.csv'));

    // Weights and all that led to them, the learning rate, the penalty and the number of neighbors.
    for (const file of ['weights', 'curves', 'choice', 'trials', 'linear-choice', 'knn-choice']) {
      expect((await readFile(exchanged(file))).equals(await readFile(asIs(file))), file).toBe(true);
    }
    for (const file of ['predictions', 'linear-predictions', 'knn-predictions']) {
      const [before, after] = await Promise.all([asIs, exchanged].map((of) => readPredictions(of(file))));
      expect(after!.probabilities, file).toEqual(before!.probabilities);
      expect(
        after!.images.filter(({ label }, i) => label !== before!.images[i]!.label).map(({ index }) => index),
      ).toEqual(tested);
    }

    const [before, after] = await Promise.all([asIs, exchanged].map((of) => readEvaluation(of('metrics'))));
    const [one, other] = [before!.models[0]!, after!.models[0]!];
    expect(other.calibration.temperature).toEqual(one.calibration.temperature);
    expect([other.seeds[0]!.train, other.seeds[0]!.validation]).toEqual([
      one.seeds[0]!.train,
      one.seeds[0]!.validation,
    ]);
    expect(other.seeds[0]!.test.auc).not.toBe(one.seeds[0]!.test.auc);
    expect(after!.probes.map(({ summary }) => summary.test.auc!.mean)).not.toEqual(
      before!.probes.map(({ summary }) => summary.test.auc!.mean),
    );
  },
);
