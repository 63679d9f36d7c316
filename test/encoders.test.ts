/** An encoder that others trained, beside the starts of a study of one's own images. */
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { drawFolders } from '../scripts/draw-images.mjs';
import { installedProject } from './installed.test-support.ts';
import type { Project } from './rig.test-support.ts';

const repository = path.resolve(import.meta.dirname, '..');
const vit = path.join(repository, 'src/learn/encoder/golden/vit.onnx');
const QUICK = [
  ...['--set', 'seeds=[0]', '--set', 'learningRates=[0.1]', '--set', 'pretrain.epochs=1'],
  ...['--set', 'finetune.epochs=1', '--set', 'finetune.minSteps=0'],
];

/** A study that `init study` wrote, with the encoder in a file of the user's. */
async function study(settings: object): Promise<Project> {
  const project = await installedProject();
  await drawFolders(project.path('photos'), { each: 8 });
  await copyFile(vit, project.path('our-vit.onnx'));
  expect((await project.pipeline(['init', 'study', '--images', 'photos', '--domain', 'skin'])).code).toBe(0);
  const encoders = { 'our-vit': { onnx: 'our-vit.onnx', size: 32, settings } };
  const text = (await project.read('pipeline.json'))
    .replace('pipelines/images.json', 'pipelines/encoders.json')
    .replace('"params": {', `"params": {\n"encoders": ${JSON.stringify(encoders)},`);
  await project.write('pipeline.json', text);
  return project;
}

const STATISTICS = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

test('an encoder is probed beside the starts, and stands in the report', { timeout: 300_000 }, async () => {
  const project = await study({ ...STATISTICS, output: 'features' });
  const run = await project.pipeline(['run', '--progress', 'quiet', ...QUICK]);
  expect(run.err).not.toContain('FAILED');
  expect(run.code).toBe(0);
  const { datasets } = JSON.parse(await project.read('reports/results.json')) as {
    datasets: { evaluation: { probes: { model: string; kind: string; seeds: number }[] } }[];
  };
  expect(datasets[0]?.evaluation.probes.filter(({ model }) => model === 'our-vit')).toMatchObject([
    { kind: 'knn', seeds: 1 },
    { kind: 'linear', seeds: 1 },
  ]);
  expect(await project.read('reports/index.html')).toContain('our-vit');
});

test(
  'an encoder whose output is not chosen is named by its own file, with the remedy',
  { timeout: 120_000 },
  async () => {
    const project = await study(STATISTICS);
    const run = await project.pipeline(['run', 'embed', '--progress', 'quiet', ...QUICK]);
    expect(run.code).toBe(1);
    expect(run.err).toContain(
      'our-vit.onnx has several outputs; it has features, tokens. Name the one with the features',
    );
    const { out: log } = await project.pipeline(['logs', 'embed', ...QUICK]);
    expect(log).toContain('our-vit.onnx has several outputs');
    expect(log, 'lines of code').not.toMatch(/^ +at /m);
  },
);
