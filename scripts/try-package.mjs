/**
 * Packs the package, installs it in an empty folder by plain `npm install`, and runs studies of drawn images: a folder
 * of classes, a table with patients, MedMNIST's arrays. Each takes three commands. It uses the registry that npm is
 * configured with, and an npm cache of its own if --fresh is given.
 *
 *     node scripts/try-package.mjs [--npm 10] [--fresh]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawArrays, drawFolders, drawTable } from './draw-images.mjs';

const { values } = parseArgs({ options: { npm: { type: 'string' }, fresh: { type: 'boolean', default: false } } });
const repository = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'pretext-package-'));
const project = path.join(folder, 'empty');
/** Budgets of a test: the way is meant, not the numbers. */
const QUICK = [
  ...['--set', 'seeds=[0]', '--set', 'learningRates=[0.1]', '--set', 'pretrain.epochs=1'],
  ...['--set', 'finetune.epochs=1', '--set', 'finetune.minSteps=0'],
];
const STUDIES = {
  folders: { draw: (folder) => drawFolders(path.join(folder, 'photos')), options: ['--images', 'photos'] },
  table: {
    draw: (folder) => drawTable(path.join(folder, 'pictures'), path.join(folder, 'labels.csv')),
    options: [
      ...['--images', 'pictures', '--labels', 'labels.csv', '--image-column', 'file'],
      ...['--label-column', 'diagnosis', '--group', 'patient_id'],
    ],
  },
  arrays: { draw: (folder) => drawArrays(path.join(folder, 'drawn.npz')), options: ['--images', 'drawn.npz'] },
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
  for (const [name, { draw, options }] of Object.entries(STUDIES)) {
    const study = path.join(project, name);
    mkdirSync(study);
    await draw(study);
    run(study, 'npx', ['--no-install', 'pipeline', 'init', 'study', ...options, '--domain', 'skin']);
    run(study, 'npx', ['--no-install', 'pipeline', 'run', '--progress', 'quiet', ...QUICK]);
    if (!existsSync(path.join(study, 'reports', 'index.html'))) throw new Error(`${name}: there is no report`);
  }
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
