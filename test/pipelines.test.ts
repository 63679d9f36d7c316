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
    expect(axisOf(instances, 'finetune', 'model')).toEqual(expect.arrayContaining(['M1', 'M2', 'M3', 'M4', 'M1+']));
    expect(axisOf(instances, 'probe', 'kind')).toEqual(['linear', 'knn']);
    expect(axisOf(instances, 'finetune-leaky', 'model')).toEqual(['M1', 'M3']);
    expect(axisOf(instances, 'finetune-fraction', 'labelFraction')).toEqual([0.1]);
  },
);

test("the paper's own study has five seeds and every other method", { timeout: 120_000 }, async () => {
  const instances = await planned('pipelines/paper.json');
  expect(axisOf(instances, 'finetune', 'seed')).toEqual([0, 1, 2, 3, 4]);
  expect(axisOf(instances, 'finetune', 'model')).toEqual(
    expect.arrayContaining(['SimSiam', 'BYOL', 'MoCo', 'SwAV', 'SupCon', 'Distilled', 'Mutual']),
  );
  expect(axisOf(instances, 'pretrain', 'start')).toEqual(['random', 'imagenet']);
});
