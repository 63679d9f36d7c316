// Measures training steps: `node bench/train.mjs [--quick] [--python PYTHON]`. PYTHON is an interpreter with PyTorch, for comparison.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, python: { type: 'string' } } });

// Inside the checkout, so that imports find their packages.
const folder = await mkdtemp(join(import.meta.dirname, '.train-'));
try {
  const outfile = join(folder, 'train.mjs');
  await build({ entryPoints: [join(import.meta.dirname, 'train.ts')], outfile, bundle: true, packages: 'external', format: 'esm', platform: 'node', logLevel: 'error' });
  const { SETTINGS, imagesPerSecond } = await import(outfile);
  for (const setting of values.quick ? SETTINGS.slice(1, 2) : SETTINGS) {
    const rounds = setting.side > 100 ? 3 : 10;
    const row = [`${setting.network}, ${setting.side} px, batch ${setting.batch}:`];
    for (const blocked of [true, false]) {
      const { best, compileSeconds } = await imagesPerSecond(setting, { blocked, rounds });
      row.push(`${blocked ? 'blocked' : 'standard'} ${best.toFixed(1)} images/s (compiled in ${compileSeconds.toFixed(1)} s)`);
    }
    if (values.python) row.push(`PyTorch ${pytorch(setting, rounds).toFixed(1)} images/s`);
    console.log(row.join('  '));
  }
} finally {
  await rm(folder, { recursive: true });
}

function pytorch({ network, side, batch }, rounds) {
  return Number(execFileSync(values.python, [join(import.meta.dirname, 'train.py'), network, side, batch, rounds].map(String), { encoding: 'utf8' }));
}
