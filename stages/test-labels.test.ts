/**
 * The proof that labels of the test subset choose nothing: they are exchanged after the split, and only test scores
 * move.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDataset } from '../src/formats/dataset.ts';
import { readChoice } from '../src/formats/trials.ts';
import { readEvaluation } from '../src/formats/evaluation.ts';
import { readSplit } from '../src/learn/dataset/split-table.ts';
import { readTable, writeTable } from '../src/learn/dataset/table.ts';
import { readPredictions } from '../src/learn/eval/predictions.ts';
import { CLASSES, SIZE, writeSquares } from '../src/learn/train/data.test-support.ts';
import { initializeResNet } from '../src/learn/nn/initialize.ts';
import { resnet } from '../src/learn/nn/resnet.ts';
import { loadStart } from '../src/learn/nn/start.ts';
import { createStage } from '../src/stage/create-stage.ts';
import type { Job } from '../src/stage/protocol.ts';
import evaluate from './evaluate.ts';
import finetune from './finetune.ts';
import pretrain from './pretrain-simclr.ts';
import probe from './probe.ts';
import selectPretraining from './select-pretraining.ts';
import select from './select.ts';

const CELL = { start: 'random', pretraining: 'none' };
const RATES = [0.01, 0.05];
const KEPT = [0, 2];

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
  let started = 0;
  const start = (id: string, job: Pick<Job, 'inputs' | 'outputs' | 'params'>) =>
    createStage(
      {
        module: '',
        source: '',
        id,
        stage: id,
        axes: {},
        checkpoint: file(`checkpoint-${started++}`), // as of the runner: one for each fingerprint
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

  // A chosen trial is taken over without a look at the images.
  const unread = { ...inputs, images: file('absent') };
  const pretraining = { network: 'resnet-small', epochs: 1, batchSize: 12, augmentation: 'light', seed: 1 };
  const pretrained = ['weights', 'curves', 'pairs'];
  for (const keep of KEPT) {
    await pretrain(
      start('pretrain-trial', {
        inputs,
        params: { ...pretraining, learningRate: 0.1, keep },
        outputs: outputsOf(file, pretrained, `kept-${keep}`),
      }),
    );
    await probe(
      start('probe-trial', {
        inputs: { ...inputs, weights: file(`weights-kept-${keep}`) },
        params: { network: 'resnet-small', kind: 'linear', seed: 1 },
        outputs: outputsOf(file, ['predictions', 'choice'], `kept-${keep}`),
      }),
    );
  }
  const kept = (output: string) =>
    KEPT.map((keep) => ({ path: file(`${output}-kept-${keep}`), axes: { keep, seed: 1 } }));
  await selectPretraining(
    start('select-pretraining', {
      inputs: {
        weights: kept('weights'),
        curves: kept('curves'),
        pairs: kept('pairs'),
        predictions: kept('predictions'),
        without: file('predictions-kept-0'),
      },
      params: {},
      outputs: outputsOf(file, ['choice', 'trials', 'trained'], 'pretraining'),
    }),
  );
  await pretrain(
    start('pretrain', {
      inputs: { ...unread, choice: file('choice-pretraining'), trained: file('trained-pretraining') },
      params: { ...pretraining, learningRate: 0.1 },
      outputs: outputsOf(file, pretrained, 'pretrained'),
    }),
  );

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
      inputs: { ...unread, choice: file('choice'), trained: file('trained') },
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
    const chosen = ['weights', 'curves', 'choice', 'trials', 'linear-choice', 'knn-choice'];
    for (const file of [...chosen, 'choice-pretraining', 'trials-pretraining', 'weights-pretrained']) {
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

test(
  'what is chosen is taken over to the byte, and kept stages have the weights of the start',
  { timeout: 240_000 },
  async () => {
    const file = await studyWith('taken-over', shared.table);
    const choice = await readChoice(file('choice-pretraining'));
    const same = async (one: string, other: string) => (await readFile(file(one))).equals(await readFile(file(other)));
    expect(await same('weights-pretrained', `weights-kept-${String(choice.params.keep)}`)).toBe(true);
    const { params } = await readChoice(file('choice'));
    expect(await same('weights', `weights-${String(params.learningRate)}`)).toBe(true);

    const network = resnet('resnet-small');
    const [all, some] = await Promise.all(
      KEPT.map(async (keep) => (await loadStart(file(`weights-kept-${keep}`), network, ['unused'])).backbone.params),
    );
    const first = initializeResNet(network, ['start', 1]).params;
    for (const [name, { data }] of Object.entries(first)) {
      expect(all![name]!.data, name).not.toEqual(data);
      if (/^(conv1|bn1|layer[12])\./.test(name)) expect(some![name]!.data, name).toEqual(data);
      else expect(some![name]!.data, name).not.toEqual(data);
    }
  },
);
