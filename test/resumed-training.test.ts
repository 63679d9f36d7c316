/** Training that is killed, as it really happens: the whole run, with kill -9, at moments that nobody chose. */
import { cp, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../src/util/digest.ts';
import { random } from '../src/util/random.ts';
import { pipelineOf, Project, Run } from './rig.ts';

const repository = path.resolve(import.meta.dirname, '..');

/** SimCLR on phantoms: some seconds of steps that take milliseconds. */
const training = pipelineOf({
  phantoms: { module: 'stages/phantoms.ts', params: { images: 300, size: 16, seed: 1 }, outputs: { images: 'images.safetensors', table: 'table.csv', dataset: 'dataset.json' } },
  split: {
    module: 'stages/split.ts',
    inputs: { table: { stage: 'phantoms', output: 'table' }, dataset: { stage: 'phantoms', output: 'dataset' } },
    params: { policy: 'grouped', test: 0.2, validation: 0.2, seed: 0 },
    outputs: { split: 'split.csv', summary: 'split.json' },
  },
  pretrain: {
    module: 'stages/pretrain-simclr.ts',
    inputs: { images: { stage: 'phantoms', output: 'images' }, table: { stage: 'phantoms', output: 'table' }, split: { stage: 'split', output: 'split' }, weights: null },
    params: { network: 'resnet-small', epochs: 60, batch: 32, rate: 0.1, warmUp: 1, temperature: 0.5, recipe: 'fundus', seed: 0 },
    outputs: { weights: { file: 'weights.safetensors', publish: 'weights.safetensors' }, curves: { file: 'curves.json', publish: 'curves.json' }, pairs: { file: 'pairs.png', publish: 'pairs.png' } },
  },
});

async function study(): Promise<Project> {
  const project = await Project.create({ 'pipeline.json': training });
  for (const name of ['src', 'stages', 'dist', 'package.json', 'tsconfig.json']) await cp(path.join(repository, name), project.path(name), { recursive: true });
  await symlink(path.join(repository, 'node_modules'), project.path('node_modules'));
  return project;
}

const published = async (project: Project): Promise<Record<string, string>> => Object.fromEntries(await Promise.all(['weights.safetensors', 'curves.json', 'pairs.png'].map(async (name) => [name, digestOf(await readFile(project.path(name)))])));

test('training killed at random moments, again and again, ends with the same bytes', { timeout: 120_000 }, async () => {
  const [whole, killed] = [await study(), await study()];
  expect((await whole.run()).code).toBe(0);

  const moments = random('kill -9 while training');
  let resumed = 0;
  for (let kill = 0; kill < 4; kill++) {
    const run = killed.start(['run', '--json']);
    await run.prints('"type":"progress","id":"pretrain"');
    await new Promise((resume) => setTimeout(resume, 2000 * moments.uniform()));
    run.signal('SIGKILL');
    const cut = new Run(await run.ended);
    resumed += cut.of('started').filter((event) => event.resumed === true).length;
  }
  const last = await killed.run();
  expect(last.executed).toEqual(['pretrain']);
  expect(resumed + last.of('started').filter((event) => event.resumed === true).length).toBeGreaterThan(1);
  expect(await published(killed)).toEqual(await published(whole));
});
