/** A study of boxes from YOLO files to the page, cut down to a minute, and its training killed on the way. */
import { cp, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { random } from '../src/util/random.ts';
import { Project } from './rig.test-support.ts';

const repository = path.resolve(import.meta.dirname, '..');
const [WIDTH, HEIGHT] = [40, 30];

/** Images of noise with a bright disc, and its box; the last image has no label file. */
async function draw(project: Project, count: number): Promise<void> {
  for (const folder of ['photos/images', 'photos/labels']) await mkdir(project.path(folder), { recursive: true });
  await writeFile(project.path('photos/classes.txt'), 'disc\n');
  for (let i = 0; i <= count; i++) {
    const source = random('discs', i);
    const [radius, x, y] = [3 + source.integer(3), 8 + source.integer(24), 8 + source.integer(14)];
    const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) => {
      const pixel = Math.floor(at / 3);
      const inside = Math.hypot((pixel % WIDTH) + 0.5 - x, Math.floor(pixel / WIDTH) + 0.5 - y) < radius;
      return inside ? 230 : 60 + source.integer(60);
    });
    await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .png()
      .toFile(project.path(`photos/images/${i}.png`));
    const box = [x / WIDTH, y / HEIGHT, (2 * radius) / WIDTH, (2 * radius) / HEIGHT].map((value) => value.toFixed(6));
    if (i < count) await writeFile(project.path(`photos/labels/${i}.txt`), `0 ${box.join(' ')}\n`);
  }
}

const STUDY = {
  extends: './pipelines/boxes.json',
  name: 'discs',
  params: {
    images: 'photos',
    datasets: ['photos'],
    ingest: { reader: 'yolo', domain: 'other' },
    ...{ size: 32, network: 'resnet-small', seeds: [0, 1], learningRates: [0.03] },
    pretrain: { epochs: 1, batchSize: 16 },
    finetune: { epochs: 20, minSteps: 60, augmentation: 'light-flipped' },
    evaluate: { resamples: 200 },
  },
};

async function projectOfDiscs(): Promise<Project> {
  const project = await Project.create({ 'pipeline.json': STUDY });
  for (const name of ['src', 'stages', 'schema', 'dist', 'vendor', 'pipelines', 'package.json', 'tsconfig.json'])
    await cp(path.join(repository, name), project.path(name), { recursive: true });
  await symlink(path.join(repository, 'node_modules'), project.path('node_modules'));
  await draw(project, 60);
  return project;
}

interface Results {
  readonly metric: string;
  readonly datasets: readonly {
    readonly evaluation: {
      readonly models: readonly {
        readonly model: string;
        readonly byClass: readonly { readonly rightBoxes: number; readonly distance: number }[];
      }[];
      readonly baselines: readonly {
        readonly name: string;
        readonly byClass: readonly { readonly distance: number }[];
      }[];
      readonly examples: readonly { readonly rank: string }[];
      readonly contrasts: readonly object[];
    };
  }[];
}

test('a study of boxes runs from YOLO files to a self-contained page, and finds the discs', async () => {
  const project = await projectOfDiscs();
  const run = await project.run();
  expect(run.code).toBe(0);
  const dataset = JSON.parse(await project.read('reports/results.json')) as Results;
  expect(dataset.metric).toBe('ap50');
  const page = await project.read('reports/index.html');
  expect(page).not.toMatch(/(src|href)="(?!#|data:)/);
  for (const text of ['M1', 'M2', 'constant guess', 'AP50:95', 'Right boxes', 'worst']) expect(page).toContain(text);
  const [found] = dataset.datasets;
  const guess = found!.evaluation.baselines[0]!;
  expect(guess.name).toBe('constant guess');
  expect(found!.evaluation.models.map(({ model }) => model)).toEqual(['M1', 'M2']);
  for (const { byClass } of found!.evaluation.models)
    expect(byClass[0]!.distance).toBeLessThan(guess.byClass[0]!.distance / 2);
  expect(found!.evaluation.examples.map(({ rank }) => rank)).toEqual(['best', 'median', 'worst']);
  expect(found!.evaluation.contrasts).toHaveLength(1);
  const again = await project.run();
  expect(again.of('succeeded')).toEqual([]);
}, 400_000);

const TARGET = 'finetune:dataset=photos,pretraining=none,seed=1,start=random';

interface Lockfile {
  readonly instances: Readonly<
    Record<string, { readonly outputs: Readonly<Record<string, { readonly digest: string }>> }>
  >;
}

/** The digests of weights, curves and predictions. */
async function digests(project: Project): Promise<string[]> {
  const { instances } = JSON.parse(await project.read('pipeline.lock.json')) as Lockfile;
  return Object.values(instances[TARGET]!.outputs).map(({ digest }) => digest);
}

/** Milliseconds; 0 before the first checkpoint. */
async function savedAt(project: Project): Promise<number> {
  const names = await readdir(project.path('cache/checkpoints'), { recursive: true }).catch(() => []);
  const file = names.find((name) => path.basename(name) === 'checkpoint.safetensors');
  if (file === undefined) return 0;
  return (await stat(project.path(`cache/checkpoints/${file}`)).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
}

async function killAfterCheckpoint(project: Project): Promise<boolean> {
  const before = await savedAt(project);
  const run = project.start(['run', TARGET, '--json']);
  const over = run.ended.then(() => 'over' as const);
  const pause = () => new Promise((resume) => setTimeout(resume, 10));
  while ((await Promise.race([over, pause()])) !== 'over' && (await savedAt(project)) <= before);
  run.signal('SIGKILL');
  return (await run.ended).code !== 0;
}

test('the training of boxes, killed twice with kill -9, ends with the same bytes', async () => {
  const [whole, other] = [await projectOfDiscs(), await projectOfDiscs()];
  expect((await whole.run(TARGET)).code).toBe(0);
  expect([await killAfterCheckpoint(other), await killAfterCheckpoint(other)]).toEqual([true, true]);
  const last = await other.run(TARGET);
  expect(last.code).toBe(0);
  expect(last.of('started').some((event) => event.resumed === true)).toBe(true);
  expect(await digests(other)).toHaveLength(3);
  expect(await digests(other)).toEqual(await digests(whole));
}, 400_000);
