// Pre-trains by every method on phantoms and prints the results:
//   node scripts/try-methods.mjs [--set name=value ...]
// 16 px and 24 epochs, about 2 minutes of two cores. Fails if a method collapses or ends below its own start by more
// than chance, and if SimSiam without its stopped gradient does not collapse.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const root = join(import.meta.dirname, '..');
/** The stages of pipelines/methods.json, and the places where they publish their curves. */
const METHODS = {
  'pretrain:start=random': 'simclr-random-0',
  simsiam: 'simsiam-0',
  byol: 'byol-0',
  moco: 'moco-0',
  swav: 'swav-0',
  supcon: 'supcon-0',
  collapse: 'collapse-0',
};

/**
 * A share of 400 images has a standard error of 0.025. Processors round differently, so one seed proves no more than
 * this.
 */
const CHANCE = 0.025;

const SHORT = ['size=16', 'phantoms.images=2000', 'pretrain.epochs=24', 'seeds=[0]'].flatMap((assignment) => [
  '--set',
  assignment,
]);

await execa(
  'node',
  [
    join(root, 'dist/cli/main.js'),
    'run',
    ...Object.keys(METHODS),
    '--pipeline',
    join(root, 'pipelines/methods.json'),
    ...SHORT,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);

const row = (...cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(16) : cell.padStart(14))).join('');
console.log(row('method', 'kNN before', 'kNN after', 'embedding std', 'of even', 'dimensions'));
const faults = [];
for (const name of Object.values(METHODS)) {
  const { start, epochs } = JSON.parse(await readFile(join(root, `reports/methods/phantoms/${name}.json`), 'utf8'));
  const { knn, embeddingStd, relativeStd, participationRatio } = epochs.at(-1);
  const collapsed = epochs.find(({ collapse }) => collapse !== null);
  console.log(
    row(
      name,
      start.knn.toFixed(3),
      knn.toFixed(3),
      embeddingStd.toFixed(4),
      `${(100 * relativeStd).toFixed(0)} %`,
      participationRatio.toFixed(1),
    ),
    collapsed ? ` epoch ${collapsed.epoch}: ${collapsed.collapse}` : '',
  );
  if (name === 'collapse-0') {
    if (!collapsed) faults.push('SimSiam without its stopped gradient did not collapse, or nobody noticed.');
    continue;
  }
  if (collapsed) faults.push(`${name} collapsed.`);
  if (knn < start.knn - CHANCE) faults.push(`${name} ended below its own start.`);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
