#!/usr/bin/env node
// Injects random faults into pushes and pulls on real servers: `npm run remote-faults -- [--trials 200] [--seed N]`.
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const root = path.join(import.meta.dirname, '..');

// Inside the checkout, so that imports find their packages.
const folder = await mkdtemp(path.join(root, 'test', '.faults-'));
try {
  const outfile = path.join(folder, 'campaign.mjs');
  await build({
    entryPoints: [path.join(root, 'test/remote-faults/campaign.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  const { campaign } = await import(outfile);
  console.log(`seed ${values.seed}`);
  const { counts, losses, skipped } = await campaign({
    seed: Number(values.seed),
    trials: Number(values.trials),
    command: path.join(root, 'dist/cli/main.js'),
    tell: (line) => console.log(line),
  });
  for (const [fault, count] of Object.entries(counts).sort()) console.log(`${fault.padEnd(28)} ${count}`);
  for (const reason of skipped) console.log(`Skipped: ${reason}.`);
  console.log(`${values.trials} faults, ${losses.length} losses`);
  process.exitCode = losses.length > 0 ? 1 : 0;
} finally {
  await rm(folder, { recursive: true });
}
