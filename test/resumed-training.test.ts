/** Training is killed as in practice: the whole run, with kill -9, at arbitrary moments. */
import { cp, readdir, readFile, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../src/util/digest.ts';
import { random } from '../src/util/random.ts';
import { pipelineOf, Project, Run } from './rig.test-support.ts';

const repository = path.resolve(import.meta.dirname, '..');

/** SimCLR on phantoms: some seconds of steps that take milliseconds. */
const training = pipelineOf({
  phantoms: {
    module: 'stages/phantoms.ts',
    params: { images: 300, size: 16, seed: 1 },
    outputs: { images: 'images.safetensors', table: 'table.csv', dataset: 'dataset.json' },
  },
  split: {
    module: 'stages/split.ts',
    inputs: { table: { stage: 'phantoms', output: 'table' }, dataset: { stage: 'phantoms', output: 'dataset' } },
    params: { policy: 'grouped', test: 0.2, validation: 0.2, seed: 0 },
    outputs: { split: 'split.csv', summary: 'split.json' },
  },
  pretrain: {
    module: 'stages/pretrain-simclr.ts',
    inputs: {
      images: { stage: 'phantoms', output: 'images' },
      table: { stage: 'phantoms', output: 'table' },
      dataset: { stage: 'phantoms', output: 'dataset' },
      split: { stage: 'split', output: 'split' },
      weights: null,
    },
    params: {
      network: 'resnet-small',
      epochs: 45,
      batchSize: 32,
      learningRate: 0.1,
      warmupEpochs: 1,
      temperature: 0.5,
      augmentation: 'fundus',
      seed: 0,
    },
    outputs: {
      weights: { file: 'weights.safetensors', publish: 'weights.safetensors' },
      curves: { file: 'curves.json', publish: 'curves.json' },
      pairs: { file: 'pairs.png', publish: 'pairs.png' },
    },
  },
});

async function study(): Promise<Project> {
  const project = await Project.create({ 'pipeline.json': training });
  for (const name of ['src', 'stages', 'dist', 'vendor', 'package.json', 'tsconfig.json'])
    await cp(path.join(repository, name), project.path(name), { recursive: true });
  await symlink(path.join(repository, 'node_modules'), project.path('node_modules'));
  return project;
}

const published = async (project: Project): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(
      ['weights.safetensors', 'curves.json', 'pairs.png'].map(async (name): Promise<[string, string]> => [
        name,
        digestOf(await readFile(project.path(name))),
      ]),
    ),
  );

/** Milliseconds; 0 before the first checkpoint. */
async function savedAt(project: Project): Promise<number> {
  const names = await readdir(project.path('cache/checkpoints'), { recursive: true }).catch(() => []);
  const file = names.find((name) => path.basename(name) === 'checkpoint.safetensors');
  return file === undefined
    ? 0
    : stat(project.path(`cache/checkpoints/${file}`)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
}

/**
 * Runs until training has saved another checkpoint and for a moment more, then kills it. False when the run ended
 * before.
 */
async function runAndKill(
  project: Project,
  moment: number,
): Promise<{ readonly killed: boolean; readonly resumed: boolean }> {
  const before = await savedAt(project);
  const run = project.start(['run', '--json']);
  const over = run.ended.then(() => 'over' as const);
  while ((await Promise.race([over, pause(10)])) !== 'over' && (await savedAt(project)) <= before);
  await pause(moment);
  run.signal('SIGKILL');
  const answer = await run.ended;
  return {
    killed: answer.code !== 0,
    resumed: new Run({ ...answer, out: answer.out.slice(0, answer.out.lastIndexOf('\n')) })
      .of('started')
      .some((event) => event.resumed === true),
  };
}

const pause = (milliseconds: number) => new Promise((resume) => setTimeout(resume, milliseconds));

test('training killed at random moments, again and again, ends with the same bytes', { timeout: 180_000 }, async () => {
  const [whole, other] = [await study(), await study()];
  expect((await whole.run()).code).toBe(0);

  const moments = random('kill -9 while training');
  const interruptions = [];
  for (let kill = 0; kill < 3; kill++) interruptions.push(await runAndKill(other, 700 * moments.uniform()));
  expect(interruptions[0]).toEqual({ killed: true, resumed: false });
  expect(interruptions[1]).toMatchObject({ resumed: true });
  expect((await other.run()).code).toBe(0);
  expect(await published(other)).toEqual(await published(whole));
});
