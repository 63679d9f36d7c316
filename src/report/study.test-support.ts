/** Made-up studies for tests: numbers that look like results, from a seed. */
import type {
  Calibration,
  EvaluatedContrast,
  Evaluation,
  ModelDifference,
  ModelEvaluation,
  SideStudy,
} from '../formats/evaluation.ts';
import { significant } from '../util/number.ts';
import { random } from '../util/random.ts';
import type { AuditFindings, SharedFindings } from './audit.ts';
import type { Embedding, Explanation } from './explanation.ts';
import type { Point } from './point.ts';
import { executionsFixture, SEEDS } from './executions.test-support.ts';
import type { DatasetResults, FineTuning, PreTraining, Study, TriedModel } from './study.ts';

const METRICS = ['accuracy', 'balancedAccuracy', 'auc', 'macroF1', 'loss', 'brier', 'ece', 'overconfidence'];

interface Cell {
  readonly model: string;
  readonly start: string;
  readonly pretraining: string;
  readonly skill: number;
}

const PAPER_CELLS: readonly Cell[] = [
  { model: 'M1', start: 'random', pretraining: 'none', skill: 0.71 },
  { model: 'M2', start: 'random', pretraining: 'simclr', skill: 0.78 },
  { model: 'M3', start: 'fractal', pretraining: 'none', skill: 0.8 },
  { model: 'M4', start: 'fractal', pretraining: 'simclr', skill: 0.86 },
];

/** Every start with every pre-training, named as `evaluate` names cells without labels. */
export function gridCells(starts: readonly string[], pretrainings: readonly string[]): Cell[] {
  return starts.flatMap((start, row) =>
    pretrainings.map((pretraining, column) => ({
      model: pretraining === 'none' ? start : `${start} + ${pretraining}`,
      start,
      pretraining,
      skill: 0.62 + 0.05 * row + 0.03 * column - (row === 2 ? 0.08 * column : 0),
    })),
  );
}

/** One pixel, said to be as large as a sheet of two rows of `columns` tiles. */
const picture = (columns: number) => ({
  uri: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  width: 2 + 98 * columns,
  height: 2 + 98 * 2,
});

export function studyFixture(
  datasets: readonly DatasetResults[] = [
    datasetFixture('phantom', 'Phantom lesions', ['benign', 'atypical', 'malignant']),
  ],
): Study {
  return {
    title: 'Which start should I fine-tune from?',
    transfer: 'fractal',
    metric: 'balancedAccuracy',
    datasets,
    shared: sharedFixture(),
    provenance: executionsFixture(datasets.map(({ name }) => name)),
    rerun: ['npm ci', 'npx pipeline run'],
    publishesPredictions: false,
    licenses: {},
    authorStatements: { license: 'CC BY 4.0' },
  };
}

export function datasetFixture(
  name: string,
  title: string,
  classes: readonly string[],
  cells: readonly Cell[] = PAPER_CELLS,
): DatasetResults {
  return {
    name,
    title,
    source: 'drawn by formula, seed 0',
    images: 900,
    groups: 402,
    size: 32,
    dropped: 0,
    transferTraining: { name: 'fractal', auc: 0.91 },
    split: { policy: 'grouped, stratified', seed: 0, unused: 0, groupOverlap: 0 },
    evaluation: evaluationFixture(name, classes, cells),
    trials: cells.map((cell) => trialsFixture(cell)),
    fineTuning: cells.flatMap((cell) => SEEDS.map((seed) => fineTuningFixture(name, cell, seed))),
    preTraining: ['random', 'fractal'].map((start) => preTrainingFixture(name, start)),
    pairs: [{ start: 'random', picture: picture(2) }],
    audit: auditFixture(classes),
    explanations: [cells[0]!, cells.at(-1)!].map(({ model }) => explanationFixture(name, model, classes)),
  };
}

function evaluationFixture(dataset: string, classes: readonly string[], cells: readonly Cell[]): Evaluation {
  const byClass = classes.map((_, k) => 90 - 12 * k);
  const images = byClass.reduce((a, b) => a + b);
  const models = cells.map((cell) => modelFixture(dataset, cell, classes, byClass));
  const asked = models.flatMap((one) =>
    models
      .filter((other) =>
        one.start === other.start
          ? one.pretraining !== 'none' && other.pretraining === 'none'
          : one.pretraining === 'none' && other === models[0],
      )
      .map((other) => [one, other] as const),
  );
  return {
    dataset,
    classes,
    seeds: SEEDS,
    metrics: METRICS,
    counts: {
      train: { images: 4 * images, groups: 2 * images, byClass: byClass.map((count) => 4 * count) },
      validation: { images, groups: Math.round(images / 2), byClass },
      test: { images, groups: Math.round(images / 2), byClass },
    },
    leaks: { images, leaks: 2, duplicates: 2 },
    majority: {
      class: classes[0]!,
      test: {
        accuracy: significant(byClass[0]! / images),
        balancedAccuracy: significant(1 / classes.length),
        auc: 0.5,
        macroF1: 0.2,
        loss: 1.05,
        brier: 0.64,
        ece: 0.01,
        overconfidence: 0,
      },
    },
    bootstrap: { resamples: 2000, level: 0.95, seed: 0 },
    models,
    differences: models.flatMap((one, i) => models.slice(0, i).map((other) => differenceFixture(one, other))),
    contrasts: asked.map(([one, other]) => contrastFixture(one, other)),
    planning: {
      delta: 0.02,
      contrasts: asked.map(([one, other]) => ({
        model: one.model,
        against: other.model,
        metrics: Object.fromEntries(
          ['accuracy', 'balancedAccuracy', 'auc'].map((metric) => [
            metric,
            { detectable: 0.061, seeds: 14, groups: metric === 'auc' ? null : 2100 },
          ]),
        ),
      })),
    },
    withoutCopies: {
      images: images - 2,
      models: models.map(({ model, summary }) => ({ model, test: summary.train })),
    },
    probes: (['knn', 'linear'] as const).flatMap((kind) =>
      models.map((model) => ({
        kind,
        labelFraction: 1,
        ...sideFixture(model, kind === 'knn' ? -0.12 : -0.08),
        fineTuningGain: null,
      })),
    ),
    labelFractions: [0.1, 1].flatMap((labelFraction) =>
      models.map((model) => ({
        labelFraction,
        images: Math.round(4 * images * labelFraction),
        ...sideFixture(model, labelFraction === 1 ? 0 : -0.15),
      })),
    ),
    leaky: models
      .slice(0, 1)
      .map((model) => ({ images, leaks: Math.round(images / 3), duplicates: 12, ...sideFixture(model, 0.06) })),
  };
}

function modelFixture(
  dataset: string,
  { model, start, pretraining, skill }: Cell,
  classes: readonly string[],
  byClass: readonly number[],
): ModelEvaluation {
  const source = random('report fixture', dataset, model);
  const scores = (gain: number) => {
    const accuracy = Math.min(0.99, skill + gain + 0.012 * source.normal());
    const values = [
      accuracy,
      accuracy - 0.03,
      accuracy + 0.08,
      accuracy - 0.04,
      2.6 * (1 - accuracy),
      1.4 * (1 - accuracy),
      0.05 + 0.01 * source.uniform(),
      0.1 - 0.02 * source.uniform(),
    ];
    return Object.fromEntries(METRICS.map((metric, i) => [metric, significant(values[i]!)]));
  };
  const seeds = SEEDS.map((seed) => ({ seed, train: scores(0.1), validation: scores(0.01), test: scores(0) }));
  const spread = (part: 'train' | 'validation' | 'test', metric: string) => {
    const values = seeds.map((run) => run[part][metric]!);
    const mean = values.reduce((a, b) => a + b) / values.length;
    return {
      mean: significant(mean),
      sd: significant(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))),
    };
  };
  const summary = (part: 'train' | 'validation' | 'test') =>
    Object.fromEntries(METRICS.map((metric) => [metric, spread(part, metric)]));
  const test = Object.fromEntries(
    Object.entries(summary('test')).map(([metric, { mean, sd }]) => [
      metric,
      { mean, sd, low: significant(mean - 0.035), high: significant(mean + 0.033) },
    ]),
  );
  const confusion = byClass.map((count, k) => {
    const right = Math.round(3 * count * skill);
    return classes.map((_, other) =>
      other === k ? right : other === (k + 1) % classes.length ? 3 * count - right : 0,
    );
  });
  return {
    model,
    start,
    pretraining,
    seeds,
    confusion,
    summary: { train: summary('train'), validation: summary('validation'), test },
    byClass: classes.map((name, k) => ({
      class: name,
      images: byClass[k]!,
      precision: significant(skill),
      recall: significant(skill),
      f1: k === 0 ? null : significant(skill),
      auc: significant(skill + 0.08),
      averagePrecision: significant(skill - 0.1 * k),
    })),
    calibration: calibrationFixture(skill),
    curves: classes.map((name) => ({
      class: name,
      roc: Array.from({ length: 21 }, (_, i): [number, number] => [i / 20, significant((i / 20) ** (1 - skill), 4)]),
      precisionRecall: Array.from({ length: 20 }, (_, i): [number, number] => [
        (i + 1) / 20,
        significant(1 - (1 - skill) * ((i + 1) / 20), 4),
      ]),
    })),
  };
}

/** Too sure of itself before, nearly right after. */
function calibrationFixture(skill: number): Calibration {
  const scores = (ece: number) => ({
    loss: { mean: significant(2 * (1 - skill) + ece), sd: 0.02 },
    brier: { mean: significant(1.4 * (1 - skill)), sd: 0.01 },
    ece: { mean: ece, sd: 0.004 },
  });
  const bins = (excess: number) =>
    Array.from({ length: 15 }, (_, i) => ({
      low: significant(i / 15),
      high: significant((i + 1) / 15),
      images: i < 5 ? 0 : 12 * i,
      confidence: i < 5 ? null : significant((i + 0.5) / 15),
      accuracy: i < 5 ? null : significant(Math.max(0, (i + 0.5) / 15 - excess)),
    }));
  return {
    temperature: [1.61, 1.48, 1.7],
    before: scores(0.121),
    after: scores(0.034),
    reliability: { before: bins(0.12), after: bins(0.02) },
  };
}

function sideFixture({ model, start, pretraining, summary: { test } }: ModelEvaluation, gain: number): SideStudy {
  const higher = ['accuracy', 'balancedAccuracy', 'auc', 'macroF1'];
  const shifted = (value: number | null, metric: string) =>
    value === null || !higher.includes(metric) ? value : significant(Math.min(1, value + gain));
  const summary = Object.fromEntries(
    Object.entries(test).map(([metric, { mean, low, high }]) => [
      metric,
      { mean: shifted(mean, metric), sd: null, low: shifted(low, metric), high: shifted(high, metric) },
    ]),
  );
  return { model, start, pretraining, seeds: 1, summary: { test: summary } };
}

function differenceFixture(one: ModelEvaluation, other: ModelEvaluation): ModelDifference {
  const metrics = Object.fromEntries(
    METRICS.map((metric) => {
      const mean = one.summary.test[metric]!.mean! - other.summary.test[metric]!.mean!;
      return [metric, { mean: significant(mean), low: significant(mean - 0.04), high: significant(mean + 0.04) }];
    }),
  );
  return { model: one.model, against: other.model, metrics };
}

function trialsFixture({ model, skill }: Cell): TriedModel {
  const trials = [0.01, 0.03, 0.1].map((learningRate, i) => ({
    params: { learningRate },
    loss: significant(1.2 - skill + 0.1 * Math.abs(i - 1)),
    scaledLoss: significant(1.1 - skill + 0.1 * Math.abs(i - 1)),
    temperature: 1.3,
    accuracy: significant(skill - 0.04 * Math.abs(i - 1)),
    auc: significant(skill + 0.08),
    train: { loss: 0.4, accuracy: 0.9 },
  }));
  const validation = { images: 234, smallestClass: 66 };
  return { model, seed: 0, validation, trials, without: null, chosen: 1, second: 0, ends: [], warnings: [] };
}

function contrastFixture(one: ModelEvaluation, other: ModelEvaluation): EvaluatedContrast {
  const { model, against, metrics } = differenceFixture(one, other);
  const adjusted = Object.entries(metrics).map(([metric, difference]) => {
    const { mean, low, high } = difference;
    const p = Math.abs(mean!) > 0.04 ? 0.001 : 0.2;
    const simultaneous = { low: significant(low! - 0.02), high: significant(high! + 0.02) };
    return [metric, { ...difference, p, adjusted: 3 * p, simultaneous }] as const;
  });
  return { model, against, metrics: Object.fromEntries(adjusted) };
}

function fineTuningFixture(dataset: string, { model, skill }: Cell, seed: number): FineTuning {
  const source = random('report fixture curve', dataset, model, seed);
  const epochs = Array.from({ length: 15 }, (_, i) => {
    const progress = 1 - Math.exp(-(i + 1) / 4);
    const accuracy = skill * progress + 0.01 * source.normal();
    return {
      epoch: i + 1,
      learningRate: 0.03,
      train: {
        loss: significant(1.1 - 0.8 * progress + 0.02 * source.normal()),
        accuracy: significant(accuracy + 0.06 * progress),
      },
      validation: {
        loss: significant(1.15 - 0.6 * progress + 0.012 * i + 0.02 * source.normal()),
        accuracy: significant(accuracy),
        auc: significant(accuracy + 0.05),
      },
    };
  });
  return { model, seed, epochs };
}

function preTrainingFixture(dataset: string, start: string): PreTraining {
  const source = random('report fixture pre-training', dataset, start);
  const epochs = Array.from({ length: 20 }, (_, i) => ({
    epoch: i + 1,
    loss: significant(4.8 - 1.6 * (1 - Math.exp(-i / 6)) + 0.02 * source.normal()),
    learningRate: 0.06,
    embeddingStd: significant(0.06 + 0.024 * (1 - Math.exp(-i / 3))),
    relativeStd: 0.9,
    alignment: 0.4,
    uniformity: -2.1,
    participationRatio: 31,
    collapse: null,
    knn: i % 5 === 4 ? significant(0.5 + 0.012 * i + (start === 'random' ? 0 : 0.04)) : null,
  }));
  return { start, seed: 0, method: 'simclr', width: 128, epochs };
}

function auditFixture([first, second]: readonly string[]): AuditFindings {
  const counts = { pairs: 12, acrossClasses: 1, acrossSplits: 3, acrossGroups: 4 };
  return {
    summary: { exact: counts, near: { ...counts, pairs: 40 }, turned: { ...counts, pairs: 2 }, groupsAcrossSplits: 0 },
    shown: [
      { kind: 'equal', images: ['a/1.png', 'b/7.png'], labels: [first!, second!], splits: ['train', 'test'] },
      { kind: 'near', images: ['a/2.png', 'a/3.png'], labels: [first!, first!], splits: ['', ''] },
    ],
    picture: picture(2),
  };
}

function sharedFixture(): SharedFindings {
  return {
    between: [{ sets: ['phantom', 'other'], counts: { equal: 1, near: 2, turned: 0, names: 1514 } }],
    shown: [
      { kind: 'equal', sets: ['phantom', 'other'], images: ['a/1.png', 'x/1.png'], labels: ['benign', 'nevus'] },
      { kind: 'names', sets: ['phantom', 'other'], images: ['a/4.png', 'x/4.jpg'], labels: ['benign', 'nevus'] },
    ],
    picture: picture(2),
  };
}

function explanationFixture(dataset: string, model: string, classes: readonly string[]): Explanation {
  const source = random('report fixture explanation', dataset, model);
  const labels = Array.from({ length: 60 }, (_, i) => i % classes.length);
  const plane = (apart: number) =>
    labels.map((label): Point => [
      significant(apart * label + source.normal(), 4),
      significant(apart * (label % 2) + source.normal(), 4),
    ]);
  const method = (name: Embedding['method']): Embedding => ({
    method: name,
    before: plane(0.5),
    after: plane(4),
    explained: name === 'PCA' ? { before: 0.61, after: 0.83 } : null,
  });
  return {
    model,
    layer: 'layer3',
    side: 4,
    classes,
    labels,
    embeddings: [method('PCA'), method('UMAP')],
    mistakes: [{ image: 'b/12.png', label: classes[0]!, predicted: classes[1]!, confidence: 0.97, row: 0 }],
    correct: [{ image: 'a/4.png', label: classes[0]!, predicted: classes[0]!, confidence: 0.99, row: 1 }],
    picture: picture(3),
  };
}
