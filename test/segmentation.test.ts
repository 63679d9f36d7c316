/** A study of masks from drawn lesions to the page, cut down to a minute, and its training killed on the way. */
import { cp, readFile, readdir, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../src/util/digest.ts';
import { pipelineOf, Project } from './rig.test-support.ts';

const repository = path.resolve(import.meta.dirname, '..');

async function projectWith(files: Readonly<Record<string, string | object>>): Promise<Project> {
  const project = await Project.create(files);
  for (const name of ['src', 'stages', 'schema', 'dist', 'vendor', 'pipelines', 'package.json', 'tsconfig.json'])
    await cp(path.join(repository, name), project.path(name), { recursive: true });
  await symlink(path.join(repository, 'node_modules'), project.path('node_modules'));
  return project;
}

/** Enough to exercise every stage, too little to learn much. */
const TINY = [
  'seeds=[0,1]',
  'phantoms.images=120',
  'pretrain.epochs=1',
  'pretrain.batchSize=32',
  'finetune.epochs=1',
  'finetune.minSteps=12',
].flatMap((assignment) => ['--set', assignment]);

interface Results {
  readonly datasets: readonly {
    readonly evaluation: {
      readonly models: readonly {
        readonly model: string;
        readonly summary: { readonly test: { readonly dice: object } };
      }[];
      readonly baselines: readonly { readonly name: string; readonly test: { readonly dice: number } }[];
      readonly examples: readonly { readonly rank: string }[];
      readonly contrasts: readonly object[];
    };
  }[];
}

test('a study of masks runs from drawn lesions to a self-contained page, and then has nothing to do', async () => {
  const project = await projectWith({});
  const words = ['--pipeline', 'pipelines/segmentation-phantoms.json', ...TINY];
  const run = await project.run(...words);
  expect(run.code).toBe(0);
  const page = await project.read('reports/segmentation-phantoms/index.html');
  expect(page).not.toMatch(/(src|href)="(?!#|data:)/);
  for (const text of ['M1', 'M2', 'constant mask', 'threshold', 'Dice', 'worst']) expect(page).toContain(text);
  const results = JSON.parse(await project.read('reports/segmentation-phantoms/results.json')) as Results;
  const evaluation = results.datasets[0]?.evaluation;
  expect(evaluation?.models.map(({ model }) => model)).toEqual(['M1', 'M2']);
  expect(evaluation?.baselines.map(({ name }) => name)).toEqual(['constant mask', 'threshold']);
  // Lesions lie about the middle: the best constant mask is a disc that most of them cover.
  expect(evaluation?.baselines[0]?.test.dice).toBeGreaterThan(0.5);
  expect(evaluation?.examples.map(({ rank }) => rank)).toEqual(['best', 'median', 'worst']);
  expect(evaluation?.contrasts).toHaveLength(1);
  const again = await project.run(...words);
  expect(again.of('succeeded')).toEqual([]);
}, 400_000);

const training = pipelineOf({
  phantoms: {
    module: 'stages/phantom-masks.ts',
    params: { images: 120, size: 16, seed: 1 },
    outputs: {
      images: 'images.safetensors',
      table: 'table.csv',
      dataset: 'dataset.json',
      masks: 'masks.safetensors',
      originals: 'masks/',
    },
  },
  split: {
    module: 'stages/split.ts',
    inputs: { table: { stage: 'phantoms', output: 'table' }, dataset: { stage: 'phantoms', output: 'dataset' } },
    params: { policy: 'grouped', test: 0.2, validation: 0.2, seed: 0 },
    outputs: { split: 'split.csv', summary: 'split.json' },
  },
  finetune: {
    module: 'stages/finetune-masks.ts',
    inputs: {
      images: { stage: 'phantoms', output: 'images' },
      table: { stage: 'phantoms', output: 'table' },
      dataset: { stage: 'phantoms', output: 'dataset' },
      masks: { stage: 'phantoms', output: 'masks' },
      split: { stage: 'split', output: 'split' },
      weights: null,
    },
    params: {
      ...{ network: 'resnet-small', epochs: 40, batchSize: 16, learningRate: 0.1, warmupEpochs: 1 },
      ...{ augmentation: 'light-flipped', seed: 0 },
    },
    outputs: {
      weights: { file: 'weights.safetensors', publish: 'weights.safetensors' },
      curves: { file: 'curves.json', publish: 'curves.json' },
      predictions: { file: 'predictions.safetensors', publish: 'predictions.safetensors' },
    },
  },
});

const published = (project: Project): Promise<string[]> =>
  Promise.all(
    ['weights.safetensors', 'curves.json', 'predictions.safetensors'].map(async (name) =>
      digestOf(await readFile(project.path(name))),
    ),
  );

/** Milliseconds; 0 before the first checkpoint. */
async function savedAt(project: Project): Promise<number> {
  const names = await readdir(project.path('cache/checkpoints'), { recursive: true }).catch(() => []);
  const file = names.find((name) => path.basename(name) === 'checkpoint.safetensors');
  if (file === undefined) return 0;
  return (await stat(project.path(`cache/checkpoints/${file}`)).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
}

async function killAfterCheckpoint(project: Project): Promise<boolean> {
  const before = await savedAt(project);
  const run = project.start(['run', '--json']);
  const over = run.ended.then(() => 'over' as const);
  const pause = () => new Promise((resume) => setTimeout(resume, 10));
  while ((await Promise.race([over, pause()])) !== 'over' && (await savedAt(project)) <= before);
  run.signal('SIGKILL');
  return (await run.ended).code !== 0;
}

test('the training of masks, killed twice with kill -9, ends with the same bytes', async () => {
  const [whole, other] = [
    await projectWith({ 'pipeline.json': training }),
    await projectWith({ 'pipeline.json': training }),
  ];
  expect((await whole.run()).code).toBe(0);
  expect([await killAfterCheckpoint(other), await killAfterCheckpoint(other)]).toEqual([true, true]);
  const last = await other.run();
  expect(last.code).toBe(0);
  expect(last.of('started').some((event) => event.resumed === true)).toBe(true);
  expect(await published(other)).toEqual(await published(whole));
}, 400_000);
