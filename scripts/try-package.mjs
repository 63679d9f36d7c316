/**
 * Packs the package, installs it in an empty folder by plain `npm install`, and runs a stage that trains. It uses the
 * registry that npm is configured with, and an npm cache of its own if --fresh is given.
 *
 *     node scripts/try-package.mjs [--npm 10] [--fresh]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { npm: { type: 'string' }, fresh: { type: 'boolean', default: false } } });
const repository = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'pretext-package-'));
const project = path.join(folder, 'empty');
const PIPELINE = {
  stages: {
    phantoms: {
      module: 'pretext-study/stages/phantoms',
      params: { images: 240, seed: 1, size: 16 },
      outputs: { images: 'images.safetensors', table: 'table.csv', dataset: 'dataset.json' },
    },
    split: {
      module: 'pretext-study/stages/split',
      inputs: ['@phantoms/{table,dataset}'],
      params: { policy: 'grouped', test: 0.3, validation: 0.2, seed: 0 },
      outputs: { split: 'split.csv', summary: 'split.json' },
    },
    finetune: {
      module: 'pretext-study/stages/finetune',
      inputs: ['@phantoms/*', '@split/split', { weights: null }],
      params: [
        { network: 'resnet-small', epochs: 1, batchSize: 8, learningRate: 0.01, warmupEpochs: 0, seed: 0 },
        { classWeights: 'none', augmentation: 'none' },
      ],
      outputs: { weights: 'weights.safetensors', curves: 'curves.json', predictions: 'predictions.csv' },
    },
  },
};

try {
  mkdirSync(project);
  run(repository, 'npm', ['pack', '--silent', '--pack-destination', folder]);
  const [archive] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  console.log(`${archive}: ${(statSync(path.join(folder, archive)).size / 1e6).toFixed(0)} MB`);
  const npm = values.npm === undefined ? ['npm'] : ['npx', '--yes', `npm@${values.npm}`];
  const cache = values.fresh ? ['--cache', path.join(folder, 'npm-cache')] : [];
  run(project, npm[0], [...npm.slice(1), 'install', `../${archive}`, ...cache]);
  run(project, 'npx', ['--no-install', 'pretext-study', 'doctor']);
  writeFileSync(path.join(project, 'pipeline.json'), JSON.stringify(PIPELINE));
  run(project, 'npx', ['--no-install', 'pipeline', 'run']);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Nothing of this clone is in reach: no settings of npm from its scripts, no packages above. */
function run(cwd, command, words) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle)/.test(name)),
  );
  execFileSync(command, words, { cwd, env, stdio: 'inherit' });
}
