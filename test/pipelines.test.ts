/** The shipped pipelines can be planned, on empty folders with the names of the data sets. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';

const repository = path.resolve(import.meta.dirname, '..');
const DATASETS = ['ham10000', 'isic9', 'covid19', 'chest-xray', 'idrid'];
const WEIGHTS = ['resnet18-imagenet-stages1-3.safetensors', 'resnet50-0676ba61.pth'];

let data: string;
beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'pretext-data-'));
  for (const file of [
    ...DATASETS.map((name) => path.join(name, 'x')),
    ...WEIGHTS.map((name) => path.join('weights', name)),
  ]) {
    await mkdir(path.dirname(path.join(data, file)), { recursive: true });
    await writeFile(path.join(data, file), '');
  }
});
afterAll(() => rm(data, { recursive: true }));

interface Instance {
  readonly id: string;
  readonly stage: string;
  readonly axes: Readonly<Record<string, string | number>>;
  readonly verdict: string;
}

async function planned(pipeline: string): Promise<Instance[]> {
  const { stdout } = await execa(
    'node',
    [path.join(repository, 'dist/cli/main.js'), 'status', '--json', '--pipeline', pipeline, '--set', `data=${data}`],
    { cwd: repository },
  );
  return (JSON.parse(stdout) as { instances: Instance[] }).instances;
}

/** M1, M2, M1+, M3 and M4. */
const PAPER_CELLS = ['random none', 'random simclr', 'random longer', 'imagenet none', 'imagenet simclr'];

const cellsOf = (instances: readonly Instance[], stage: string) => [
  ...new Set(
    instances.filter((instance) => instance.stage === stage).map(({ axes }) => `${axes.start} ${axes.pretraining}`),
  ),
];

const axisOf = (instances: readonly Instance[], stage: string, axis: string) => [
  ...new Set(instances.filter((instance) => instance.stage === stage).map(({ axes }) => axes[axis])),
];

test.each(['small', 'quick', 'methods-real', 'paper'])(
  'nothing in pipelines/%s.json is blocked, and every model is trained on every data set',
  { timeout: 120_000 },
  async (name) => {
    const instances = await planned(`pipelines/${name}.json`);
    expect(instances.filter(({ verdict }) => verdict === 'blocked')).toEqual([]);
    expect(axisOf(instances, 'finetune', 'dataset')).toEqual(DATASETS);
    expect(cellsOf(instances, 'finetune')).toEqual(expect.arrayContaining(PAPER_CELLS));
    expect(cellsOf(instances, 'finetune')).not.toContain('imagenet longer');
    expect(axisOf(instances, 'probe', 'kind')).toEqual(['linear', 'knn']);
    expect(cellsOf(instances, 'finetune-leaky')).toEqual(['random none', 'imagenet none']);
    expect(axisOf(instances, 'finetune-fraction', 'labelFraction')).toEqual([0.1]);
  },
);

test.each(['small', 'paper'])(
  'in pipelines/%s.json every cell has R + S - 1 trainings at most, and every seed its own pre-training',
  { timeout: 120_000 },
  async (name) => {
    const instances = await planned(`pipelines/${name}.json`);
    const seeds = axisOf(instances, 'finetune', 'seed');
    expect(seeds.length).toBeGreaterThanOrEqual(3);
    expect(axisOf(instances, 'trial', 'seed')).toEqual([0]);
    expect(axisOf(instances, 'trial', 'learningRate')).toEqual([0.001, 0.003, 0.01, 0.03]);
    expect(axisOf(instances, 'pretrain', 'seed')).toEqual(seeds);
    expect(cellsOf(instances, 'select')).toEqual(cellsOf(instances, 'finetune'));
  },
);

test(
  'pipelines/real.json tunes pre-training too, and keeps no stage of a random start',
  { timeout: 120_000 },
  async () => {
    const instances = await planned('pipelines/real.json');
    expect(instances.filter(({ verdict }) => verdict === 'blocked')).toEqual([]);
    expect(axisOf(instances, 'finetune', 'dataset')).toEqual(DATASETS);
    expect(cellsOf(instances, 'finetune')).toEqual(expect.arrayContaining(PAPER_CELLS));
    const trials = instances.filter(({ stage }) => stage === 'pretrain-trial').map(({ axes }) => axes);
    expect(new Set(trials.map(({ learningRate }) => learningRate))).toEqual(new Set([0.006, 0.02, 0.06]));
    const kept = (start: string) => new Set(trials.filter((axes) => axes.start === start).map(({ keep }) => keep));
    expect([kept('random'), kept('imagenet')]).toEqual([new Set([0]), new Set([0, 2])]);
  },
);

test("the paper's own study has five seeds and every other method", { timeout: 120_000 }, async () => {
  const instances = await planned('pipelines/paper.json');
  expect(axisOf(instances, 'finetune', 'seed')).toEqual([0, 1, 2, 3, 4]);
  expect(axisOf(instances, 'finetune', 'pretraining')).toEqual(
    expect.arrayContaining(['simsiam', 'byol', 'moco', 'swav', 'supcon', 'distilled', 'mutual']),
  );
  expect(axisOf(instances, 'pretrain', 'start')).toEqual(['random', 'imagenet']);
});

test('pipelines/segmentation.json trains M1 to M4 on both sets of masks', { timeout: 120_000 }, async () => {
  const instances = await planned('pipelines/segmentation.json');
  expect(instances.filter(({ verdict }) => verdict === 'blocked')).toEqual([]);
  expect(axisOf(instances, 'finetune', 'dataset')).toEqual(['isic9', 'idrid']);
  expect(cellsOf(instances, 'finetune')).toEqual(PAPER_CELLS.filter((cell) => cell !== 'random longer'));
  expect(axisOf(instances, 'pretrain', 'seed')).toEqual([0, 1, 2]);
});
