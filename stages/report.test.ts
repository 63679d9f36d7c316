/** The two last stages on made-up files of the stages before them, driven as the runner drives them. */
import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { csvParse } from 'd3-dsv';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeAudit } from '../src/formats/audit.ts';
import { writeFinetuneCurves, writePretrainCurves } from '../src/formats/curves.ts';
import { writeDataset } from '../src/formats/dataset.ts';
import { readEvaluation } from '../src/formats/evaluation.ts';
import { writeExplanation } from '../src/formats/explanation.ts';
import { writeSplitSummary } from '../src/formats/split-summary.ts';
import { contactSheet } from '../src/learn/dataset/contact-sheet.ts';
import { predictionsOf, writePredictions, type PredictedImage } from '../src/learn/eval/predictions.ts';
import { createStage } from '../src/stage/create-stage.ts';
import type { Gathered } from '../src/stage/index.ts';
import type { Job } from '../src/stage/protocol.ts';
import schema from '../schema/results.schema.json' with { type: 'json' };
import { random } from '../src/util/random.ts';
import evaluate from './evaluate.ts';
import report from './report.ts';

const CLASSES = ['benign', 'malignant'];
const CELLS = [
  { model: 'M1', start: 'random', pretraining: 'none', skill: 0.5 },
  { model: 'M2', start: 'random', pretraining: 'simclr', skill: 1.5 },
  { model: 'M3', start: 'fractal', pretraining: 'none', skill: 1.6 },
  { model: 'M4', start: 'fractal', pretraining: 'simclr', skill: 3 },
];
const LABELS = { random: { none: 'M1', simclr: 'M2' }, fractal: { none: 'M3', simclr: 'M4' } };
const RUNS = CELLS.flatMap((cell) => [0, 1].map((seed) => ({ ...cell, seed })));

let folder: string;
const file = (...names: string[]) => path.join(folder, ...names);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'report-stage-'));
  await writeDataset(file('dataset.json'), {
    name: 'phantom',
    title: 'Phantoms',
    classes: CLASSES,
    ordinal: false,
    domain: null,
    images: 120,
    groups: 60,
    size: 32,
    source: 'drawn',
    dropped: [],
  });
  const subset = { images: 40, groups: 20, classes: { benign: 24, malignant: 16 } };
  await writeSplitSummary(file('split.json'), {
    policy: 'grouped',
    test: 0.2,
    validation: 0.2,
    seed: 3,
    overlap: 'remove',
    duplicates: 'keep',
    labelFractions: [],
    subsets: { train: subset, validation: subset, test: subset },
    unused: 0,
    groupOverlap: 0,
    labelSubsets: [{ fraction: 1, images: 40, classes: subset.classes }],
    removed: [],
  });
  for (const run of RUNS) await writeRun(run);
  for (const start of ['random', 'fractal']) {
    await writePretrainCurves(file(`pretrain-${start}.json`), {
      kind: 'pretrain',
      method: 'simclr',
      width: 128,
      start: { knn: 0.5 },
      epochs: [1, 2].map((epoch) => ({
        epoch,
        loss: 4 - epoch,
        learningRate: 0.1,
        embeddingStd: 0.08,
        relativeStd: 0.9,
        alignment: 1,
        uniformity: -2,
        participationRatio: 20,
        collapse: null,
        knn: epoch === 2 ? 0.7 : null,
      })),
    });
    await contactSheet(file(`pairs-${start}.png`), [[flat(0), flat(200)]], { size: 2 });
  }
  const none = { pairs: 0, acrossClasses: 0, acrossSplits: 0, acrossGroups: 0 };
  await writeAudit(file('audit.json'), {
    images: 120,
    groups: 60,
    summary: { exact: { ...none, pairs: 1, acrossSplits: 1 }, near: none, turned: none, groupsAcrossSplits: 0 },
    classes: {},
    exactByLabel: [],
    groupsAcrossSplits: [],
    exact: [
      {
        images: ['3.png', '4.png'],
        labels: ['benign', 'malignant'],
        splits: ['train', 'test'],
        sameGroup: false,
        similarity: 1,
      },
    ],
    near: [],
    turned: [],
    shown: [
      {
        kind: 'equal',
        images: ['copied-1.png', 'copied-2.png'],
        labels: ['benign', 'benign'],
        splits: ['train', 'test'],
      },
    ],
  });
  await contactSheet(file('leaks.png'), [[flat(9), flat(9)]], { size: 2 });
  await writeExplanation(file('explanation.json'), {
    model: { network: 'resnet-small', size: 32, layer: 'layer2', side: 8, start: 'random' },
    classes: CLASSES,
    embeddings: {
      images: ['a', 'b'],
      labels: [0, 1],
      pca: {
        before: [
          [0, 0],
          [1, 1],
        ],
        after: [
          [0, 1],
          [1, 0],
        ],
        explained: { before: [0.5, 0.2], after: [0.6, 0.3] },
      },
      umap: null,
    },
    mistakes: [{ image: 'mistaken.png', label: 0, predicted: 1, confidence: 0.98, row: 0 }],
    correct: [],
  });
  await contactSheet(file('cams.png'), [[flat(1), flat(2), flat(3)]], { size: 2 });
});
afterAll(() => rm(folder, { recursive: true }));

const flat = (value: number) => new Uint8Array(2 * 2 * 3).fill(value);

async function writeRun({ model, skill, seed }: (typeof RUNS)[number]): Promise<void> {
  const source = random('report stage test', model, seed);
  const images: PredictedImage[] = Array.from({ length: 120 }, (_, index) => ({
    index,
    image: `${index}.png`,
    group: `${index >> 1}`,
    subset: (['train', 'validation', 'test'] as const)[(index >> 1) % 3]!,
    label: index % 5 < 3 ? 0 : 1,
  }));
  const probabilities = images.flatMap(({ label }) => {
    const first = 1 / (1 + Math.exp(-(source.normal() + (label === 0 ? skill : -skill))));
    return [first, 1 - first];
  });
  await mkdir(file(model, String(seed)), { recursive: true });
  await writePredictions(
    file(model, String(seed), 'predictions.csv'),
    predictionsOf(CLASSES, images, Float64Array.from(probabilities)),
  );
  const epochs = [1, 2, 3].map((epoch) => ({
    epoch,
    learningRate: 0.1,
    train: { loss: 1 / epoch, accuracy: 0.6 },
    validation: { loss: 1 / epoch, accuracy: 0.6, auc: 0.7 },
  }));
  await writeFinetuneCurves(file(model, String(seed), 'curves.json'), { kind: 'finetune', epochs });
}

const gatheredRuns = (name: string): Gathered =>
  RUNS.map(({ model, start, pretraining, seed }) => ({
    path: file(model, String(seed), name),
    axes: { start, pretraining, seed },
  }));
const gatheredStarts = (name: (start: string) => string): Gathered =>
  ['random', 'fractal'].map((start) => ({
    path: file(name(start)),
    axes: { start, pretraining: 'simclr', seed: 0 },
  }));
const alone = (name: string): Gathered => [{ path: file(name), axes: {} }];

const jobOf = (name: string, given: Pick<Job, 'inputs' | 'outputs' | 'params'>, lineage: Job['lineage'] = []): Job => ({
  module: '',
  source: '',
  id: name,
  stage: name,
  axes: {},
  checkpoint: file('checkpoint'),
  resources: {},
  lineage,
  ...given,
});
const start = (job: Job) => createStage(job, () => undefined, new AbortController().signal).stage;

async function runEvaluate(sides: Job['inputs'] = {}): Promise<void> {
  await evaluate(
    start(
      jobOf('evaluate', {
        inputs: { dataset: file('dataset.json'), predictions: gatheredRuns('predictions.csv'), ...sides },
        params: { resamples: 200, level: 0.95, seed: 0, labels: LABELS },
        outputs: {
          metrics: file('metrics.json'),
          results: file('results.csv'),
          predictions: file('predictions-of-all.csv'),
        },
      }),
    ),
  );
}

const reportOutputs = {
  html: 'index.html',
  json: 'results.json',
  csv: 'all.csv',
  markdown: 'results.md',
  card: 'model-card.md',
  checklist: 'checklist.md',
};

async function runReport(
  inputs: Job['inputs'],
  names: Readonly<Record<string, string>> = reportOutputs,
): Promise<string> {
  const outputs = Object.fromEntries(Object.entries(names).map(([name, base]) => [name, file(base)]));
  const finetune = {
    id: 'finetune:model=M1',
    stage: 'finetune',
    axes: {},
    fingerprint: 'f'.repeat(64),
    params: { network: 'resnet-small', epochs: 3 },
    code: 'c'.repeat(64),
    reads: ['data'],
    notes: {},
    seconds: 2,
    started: '2026-01-01T00:00:00Z',
  };
  await report(
    start(
      jobOf('report', { inputs, params: { transfer: 'fractal', authorStatements: { license: 'CC0' } }, outputs }, [
        finetune,
      ]),
    ),
  );
  return readFile(file('index.html'), 'utf8');
}

test('evaluate and report lead from predictions to a page', async () => {
  await runEvaluate();
  expect((await readFile(file('results.csv'), 'utf8')).split('\n')).toHaveLength(1 + 4 * 2 * 3 * 9 + 1);
  const html = await runReport({
    metrics: alone('metrics.json'),
    datasets: alone('dataset.json'),
    splits: alone('split.json'),
    curves: gatheredRuns('curves.json'),
    pretraining: gatheredStarts((name) => `pretrain-${name}.json`),
    pairs: gatheredStarts((name) => `pairs-${name}.png`),
    audits: alone('audit.json'),
    'audit-pictures': alone('leaks.png'),
    explanations: [{ path: file('explanation.json'), axes: { start: 'fractal', pretraining: 'simclr' } }],
    'explanation-pictures': [{ path: file('cams.png'), axes: { start: 'fractal', pretraining: 'simclr' } }],
  });
  for (const shown of [
    'M4 (fractal + SimCLR) has the highest test balanced accuracy',
    'Learning curves',
    'resnet-small',
    'seed 3',
    'spread evenly',
    'copied-2.png',
    'mistaken.png',
    'Grad-CAM of 8 × 8 places',
    'holds 70 % of the variance before and 90 % after',
  ])
    expect(html).toContain(shown);
  expect(html.match(/data:image\/webp;base64,/g)).toHaveLength(4);
  for (const name of Object.values(reportOutputs))
    expect((await readFile(file(name), 'utf8')).length).toBeGreaterThan(100);
});

test('published predictions name no image and no patient, and give every score of the report again', async () => {
  await runEvaluate();
  const inputs = {
    metrics: alone('metrics.json'),
    datasets: alone('dataset.json'),
    predictions: alone('predictions-of-all.csv'),
  };
  expect(await runReport(inputs)).not.toContain('<code>predictions</code>');
  expect(await runReport(inputs, { ...reportOutputs, predictions: 'published' })).toContain('<code>predictions</code>');
  const text = await readFile(file('published', 'phantom.csv'), 'utf8');
  expect(text.split('\n')[0]).toBe('model,start,pretraining,seed,subset,index,group,label,p:benign,p:malignant');
  expect(text).not.toMatch(/\.png|,train,|lesion/);
  const { models } = await readEvaluation(file('metrics.json'));
  const rows = csvParse(text);
  for (const { model, seeds } of models)
    for (const { seed, test: scores } of seeds) {
      const own = rows.filter((row) => row.model === model && row.seed === String(seed) && row.subset === 'test');
      const right = own.filter((row) => Number(row['p:malignant']) > 0.5 === (row.label === 'malignant'));
      expect(right.length / own.length).toBeCloseTo(scores.accuracy ?? NaN, 5);
      const odds = (label: string) => own.filter((row) => row.label === label).map((row) => Number(row['p:malignant']));
      const pairs = odds('malignant').flatMap((a) => odds('benign').map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
      expect(pairs.reduce<number>((a, b) => a + b, 0) / pairs.length).toBeCloseTo(scores.auc ?? NaN, 5);
    }
});

test('what a pipeline does not have is left out of the page', async () => {
  await runEvaluate();
  const html = await runReport({ metrics: alone('metrics.json'), datasets: alone('dataset.json'), splits: null });
  expect(html).not.toContain('Learning curves');
  expect(html).toContain('M4 (fractal + SimCLR)');
});

const withAxes = (more: Record<string, string | number>): Gathered =>
  gatheredRuns('predictions.csv')
    .slice(0, 2)
    .map(({ path, axes }) => ({ path, axes: { ...axes, ...more } }));

test('results.json is as schema/results.schema.json says, and a fault in any one field is not', async () => {
  await runEvaluate({
    probes: withAxes({ kind: 'linear' }),
    labelFractions: withAxes({ labelFraction: 0.1 }),
    leaky: withAxes({}),
    audit: file('audit.json'),
  });
  await runReport({ metrics: alone('metrics.json'), datasets: alone('dataset.json') });
  const check = new Ajv({ allowUnionTypes: true }).compile(schema);
  const text = await readFile(file('results.json'), 'utf8');
  check(JSON.parse(text));
  expect(check.errors).toBeNull();
  for (const [right, wrong] of [
    ['"version": 2', '"version": 1'],
    ['"kind": "linear"', '"kind": "forest"'],
    ['"labelFraction": 0.1', '"labelFraction": 10'],
    ['"leaks": ', '"leaked": '],
    ['"metric": "auc"', '"metric": "AUC"'],
    ['"recall": 0', '"recall": 1'],
    ['"f1": ', '"F1": 0.5, "f1": '],
  ] as const) {
    expect(text).toContain(right);
    expect(check(JSON.parse(text.replace(right, wrong))), wrong).toBe(false);
  }
});

test('metrics without their data set, and curves without a seed, are refused by name', async () => {
  await runEvaluate();
  await expect(
    runReport({
      metrics: [{ path: file('metrics.json'), axes: { dataset: 'a' } }],
      datasets: [{ path: file('dataset.json'), axes: { dataset: 'b' } }],
    }),
  ).rejects.toThrow('The input "datasets" has no member for');
  await expect(
    runReport({ metrics: alone('metrics.json'), datasets: alone('dataset.json'), curves: alone('split.json') }),
  ).rejects.toThrow('curves: expected members with the axis "start"');
  const curves: Gathered = [{ path: file('split.json'), axes: { start: 'random', pretraining: 'none', seed: 0 } }];
  await expect(runReport({ metrics: alone('metrics.json'), datasets: alone('dataset.json'), curves })).rejects.toThrow(
    /split\.json: kind: the field is missing/,
  );
});

test('a statement on a subject that is none is refused', async () => {
  await runEvaluate();
  const job = jobOf('report', {
    inputs: { metrics: alone('metrics.json'), datasets: alone('dataset.json') },
    params: { transfer: 'fractal', authorStatements: { licence: 'CC0' } },
    outputs: {},
  });
  await expect(report(start(job))).rejects.toThrow('licence');
});
